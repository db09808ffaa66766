"""Referrals: members bring friends.  What is given for it is said by rules."""

"""The room of referrals: who brought whom."""

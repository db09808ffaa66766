"""The member's door: balance, rewards and history on the phone."""

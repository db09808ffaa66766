"""What would have happened under another document: the recorded events, folded in memory."""

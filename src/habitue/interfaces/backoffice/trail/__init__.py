"""The audit trail: who did what, in sentences."""

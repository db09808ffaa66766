"""The overview: what happened, against the period before."""

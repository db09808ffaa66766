"""Schedules, workers and the outbox pump; may load the numeric stack."""

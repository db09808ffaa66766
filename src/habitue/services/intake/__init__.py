"""The intake: events in, one transaction for a whole batch, exact answers out."""

from habitue.services.intake.envelopes import Answer, Envelope
from habitue.services.intake.recording import evaluate, record

__all__ = ["Answer", "Envelope", "evaluate", "record"]

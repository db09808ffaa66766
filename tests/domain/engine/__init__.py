"""The engine: every case of its semantics, known answers, properties, refusals."""

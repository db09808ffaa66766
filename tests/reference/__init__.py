"""An independent, simple and slow ledger that the engine must agree with."""

"""Files of transactions into the ledger: lines to receipts, receipts to the intake, all counted."""

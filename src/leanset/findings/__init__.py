"""What the ledger says, with the intervals that carry it."""

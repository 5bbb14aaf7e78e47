"""What people are told, and when: pure decisions over what the ledger says."""

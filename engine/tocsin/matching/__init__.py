"""Which rules a tweet makes true."""

"""From the outbox to the destinations: what goes when, with what, how often, and where else if it fails."""

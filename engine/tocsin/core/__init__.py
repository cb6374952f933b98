"""The engine: pure decisions, one tweet at a time."""

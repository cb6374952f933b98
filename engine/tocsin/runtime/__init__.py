"""Wiring: the tasks that carry tweets from the source through the engine and alerts to their destinations."""

"""Bringing alerts to people: rendered for each service, sent by its own thread, retried until settled."""

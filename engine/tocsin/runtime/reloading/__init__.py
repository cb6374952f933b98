"""Rules and configuration read again while the stream runs."""

"""What a user may have meant."""

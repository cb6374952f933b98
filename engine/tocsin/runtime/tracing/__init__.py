"""What became of a tweet or an alert, gathered from the state database."""

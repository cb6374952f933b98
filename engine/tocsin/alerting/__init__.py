"""What becomes of a match: an alert, once, and a delivery for each destination that the routes name."""

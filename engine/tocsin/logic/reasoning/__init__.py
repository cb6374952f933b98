"""What conditions imply of one another, for lint."""

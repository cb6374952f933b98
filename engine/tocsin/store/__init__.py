"""What must survive a crash: alerts, deliveries and the journal."""

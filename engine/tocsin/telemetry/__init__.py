"""What operators watch: counters, structured logs, health."""

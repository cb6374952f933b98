"""How an alert is laid out for each family of services: pure, one module a family."""

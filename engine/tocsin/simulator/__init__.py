"""A Scrapest-compatible server for the demo and for tests, and a receiver that shows what arrives."""

"""The Scrapest WebSocket stream: a sans-IO protocol, and the connection around it."""

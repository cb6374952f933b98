const ws = new WebSocket("wss://api.scrape.st/ws", [], {
  headers: {
    Authorization: "Bearer YOUR_API_KEY",
  },
});

const ws = new WebSocket("wss://api.scrape.st/ws");

ws.onopen = function () {
  console.log("Connected to Scrapest WebSocket");

  // Subscribe to data streams
  ws.send(
    JSON.stringify({
      action: "subscribe",
      filters: {
        keywords: ["javascript", "programming"],
        language: "en",
      },
    }),
  );
};

ws.onmessage = function (event) {
  const data = JSON.parse(event.data);
  console.log("Received:", data);
};

ws.onerror = function (error) {
  console.error("WebSocket Error:", error);
};

ws.onclose = function () {
  console.log("WebSocket connection closed");
};

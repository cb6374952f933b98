// Runs the specification's JavaScript as it stands against a server:  node run.js URL KEY EXAMPLE
//
// Only the URL and the key are replaced. Once messages have come, the specification's lines for unsubscribing and
// closing are run too; the example that subscribes to nothing runs them as soon as it is connected.
"use strict";

const fs = require("fs");
const path = require("path");
const { WebSocket } = require("ws");

const [url, key, example] = process.argv.slice(2);

function snippet(name) {
  return fs
    .readFileSync(path.join(__dirname, name), "utf8")
    .replace("wss://api.scrape.st/ws", url)
    .replace("YOUR_API_KEY", key);
}

const ws = new Function("WebSocket", snippet(example) + "\nreturn ws;")(WebSocket);
const unsubscribe = new Function("ws", snippet("unsubscribe.js"));
const close = new Function("ws", snippet("close.js"));

let received = 0;
let inARowWithoutJavascript = 0;

ws.addEventListener("open", () => {
  if (example === "connection_setup.js") {
    unsubscribe(ws);
    close(ws);
  }
});

ws.addEventListener("message", (event) => {
  received += 1;
  inARowWithoutJavascript = event.data.includes("javascript") ? 0 : inARowWithoutJavascript + 1;
  if (received === 4) unsubscribe(ws);
  if (received > 4 && inARowWithoutJavascript === 4) close(ws);
});

ws.addEventListener("error", (event) => {
  console.error(event.message);
  process.exitCode = 1;
});

ws.send(
  JSON.stringify({
    action: "unsubscribe",
    filters: {
      keywords: ["javascript"],
    },
  }),
);

ws.close();

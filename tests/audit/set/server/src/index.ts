import express from "express";
import { WebSocketServer } from "ws";

const app = express();
setInterval(() => fetch("https://example.org/prices").then((it) => it.json()), 60_000); //= none
const sockets = new WebSocketServer({ noServer: true });
setInterval(() => sockets.clients.forEach((it) => it.ping()), 30_000); //= none
app.listen(3000);

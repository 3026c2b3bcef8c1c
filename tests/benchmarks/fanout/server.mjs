// The same fan-out on Node: what is POSTed goes to every client, by `ws` or by socket.io.
import { createServer } from "node:http";
import { Server } from "socket.io";
import { WebSocketServer } from "ws";

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  broadcast(Buffer.concat(chunks).toString());
  response.writeHead(200, { "content-type": "application/json", "content-length": 2 }).end("{}");
});

const broadcast = process.argv[2] === "socket.io" ? bySocketIo() : byWs();

/** A socket.io room, as an app would use it: the event carries an object. */
function bySocketIo() {
  const io = new Server(server, { transports: ["websocket"], serveClient: false });
  io.on("connection", (socket) => socket.join("player"));
  return (text) => io.to("player").emit("delta", JSON.parse(text));
}

function byWs() {
  const { clients } = new WebSocketServer({ server });
  return (text) => {
    for (const client of clients) client.send(text);
  };
}

// Some publishers send every few seconds only.
server.keepAliveTimeout = 120_000;

server.listen(0, "127.0.0.1", 4096, () => console.log(`port ${server.address().port}`));

import Fastify from "fastify";
import { Server } from "socket.io";
import { refreshCatalogue } from "./catalogue.js";

const app = Fastify({ logger: true });
const io = new Server(app.server);

io.on("connection", (socket) => {
  const tick = setInterval(() => socket.emit("time", Date.now()), 1000); //= none
  socket.on("disconnect", () => clearInterval(tick));
});

setInterval(refreshCatalogue, 5 * 60_000); //= none
setInterval(() => app.log.info(process.memoryUsage()), 30_000); //= none

async function drain() {
  while (io.engine.clientsCount > 0) { //= none
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  process.exit(0);
}
process.on("SIGTERM", drain);

await app.listen({ port: 3000 });

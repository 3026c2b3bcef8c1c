// The least a hibernating Durable Object can do: pass on what is POSTed. No storage, no audiences.
import { DurableObject } from "cloudflare:workers";

export class Plain extends DurableObject {
  async fetch(request) {
    if (request.method === "POST") {
      const text = await request.text();
      for (const socket of this.ctx.getWebSockets()) socket.send(text);
      return Response.json({});
    }
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketMessage() {}
}

export default {
  fetch: (request, env) => env.Plain.get(env.Plain.idFromName("bench")).fetch(request),
};

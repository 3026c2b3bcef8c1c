/** The room: one Durable Object per session. */
import { Server, type Connection, type ConnectionContext, type WSMessage } from "partyserver";
import { audience as audienceSchema, CLOSE, LIMITS, PROTOCOL } from "./protocol.ts";
import type { PublishResult, RoomErrorCode, ServerFrame } from "./protocol.ts";
import type { Audience } from "./kinds.ts";
import { Draft } from "./draft.ts";
import { entitiesFor, planPublish } from "./publish.ts";
import { internalError, jsonResponse, Refusal } from "./refusal.ts";
import { parsePublish } from "./request.ts";
import { Store } from "./store.ts";

/** How the Worker hands over the claims it has verified. Never taken from a client. */
export const CLAIM_HEADERS = { role: "x-vttsync-role", sub: "x-vttsync-sub" } as const;

/** What a socket remembers through hibernation. */
interface Client {
  readonly role: Audience;
  readonly sub: string;
}

export class Session extends Server<Cloudflare.Env> {
  static override options = { hibernate: true };

  #store: Store | undefined;
  readonly #snapshots = new Map<Audience, string>();
  readonly #greeted = new WeakSet<Request>();

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  /**
   * Keeps the inside inside: partyserver 0.5.10 answers an exception with its stack trace
   * (`Server.fetch`), so what did not come from the handlers below is replaced.
   */
  override async fetch(request: Request): Promise<Response> {
    const response = await super.fetch(request);
    if (response.webSocket && !this.#greeted.has(request)) {
      response.webSocket.accept();
      response.webSocket.close(CLOSE.internal);
      return refuseSocket(CLOSE.internal, "internal", internalError().message);
    }
    if (response.status === 500) return internalError().toResponse();
    return response;
  }

  override async onRequest(request: Request): Promise<Response> {
    try {
      if (request.method === "POST") return await this.#publish(request);
      if (request.method === "DELETE") return await this.#forget();
      return this.#health();
    } catch (error) {
      if (error instanceof Refusal) return error.toResponse();
      console.error("request failed", error);
      return internalError().toResponse();
    }
  }

  override getConnectionTags(_connection: Connection, { request }: ConnectionContext): string[] {
    return [tagOf(clientOf(request).role)];
  }

  override onConnect(connection: Connection<Client>, { request }: ConnectionContext): void {
    this.#greeted.add(request);
    try {
      const client = clientOf(request);
      connection.setState(client);
      const { epoch } = this.#open();
      const { id: version } = this.env.CF_VERSION_METADATA;
      const { role } = client;
      connection.send(frame({ type: "hello", protocol: PROTOCOL, version, epoch, audience: role }));
      connection.send(this.#snapshot(role));
    } catch (error) {
      console.error("greeting failed", error);
      closeWith(connection, CLOSE.internal, "internal", internalError().message);
    }
  }

  override onMessage(connection: Connection, message: WSMessage): void {
    if (byteLength(message) > LIMITS.clientMessageBytes) {
      const limit = `a message may have ${LIMITS.clientMessageBytes} bytes`;
      closeWith(connection, CLOSE.tooLarge, "too_large", limit);
      return;
    }
    const text = "this room takes no messages but ping";
    trySend(connection, frame({ type: "error", code: "unsupported", message: text }));
  }

  override onError(_connection: Connection, error: unknown): void {
    console.warn("socket failed", error);
  }

  #open(): Store {
    return (this.#store ??= new Store(this.ctx.storage));
  }

  #health(): Response {
    const { epoch, seq } = this.#open();
    const { id: version } = this.env.CF_VERSION_METADATA;
    return jsonResponse({ protocol: PROTOCOL, version, epoch, seq });
  }

  async #publish(request: Request): Promise<Response> {
    const { changes } = parsePublish(await request.text());
    const store = this.#open();
    const { applied, duplicates, writes, deltas } = planPublish(changes, store);
    if (writes.length > 0) store.commit(writes, deltas.keys());
    for (const [audience, viewChanges] of deltas) {
      this.#snapshots.delete(audience);
      const seq = store.seq[audience];
      this.#broadcast(audience, { type: "delta", epoch: store.epoch, seq, changes: viewChanges });
    }
    const result: PublishResult = { applied, duplicates, seq: store.seq };
    return jsonResponse(result);
  }

  /** Serialises once per audience, and not at all when nobody listens. */
  #broadcast(audience: Audience, delta: ServerFrame): void {
    let text: string | undefined;
    for (const connection of this.getConnections(tagOf(audience))) {
      trySend(connection, (text ??= frame(delta)));
    }
  }

  /** Kept until the audience's view changes: after a deploy everyone comes back at once. */
  #snapshot(audience: Audience): string {
    const known = this.#snapshots.get(audience);
    if (known !== undefined) return known;
    const store = this.#open();
    const live = store.all();
    const rows = new Draft(store);
    live.forEach((row) => rows.write(row));
    const entities = entitiesFor(rows, live, audience);
    const { epoch, seq } = store;
    const text = frame({ type: "snapshot", epoch, seq: seq[audience], entities });
    this.#snapshots.set(audience, text);
    return text;
  }

  async #forget(): Promise<Response> {
    await this.ctx.blockConcurrencyWhile(async () => {
      this.#store = undefined;
      this.#snapshots.clear();
      await this.ctx.storage.deleteAll();
    });
    for (const connection of this.getConnections()) {
      tryClose(connection, CLOSE.deleted, "session deleted");
    }
    return new Response(null, { status: 204 });
  }
}

/** Accepts a websocket only to say why it is closed: browsers can't read an upgrade's status. */
export function refuseSocket(closeCode: number, code: RoomErrorCode, message: string): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  closeWith(server, closeCode, code, message);
  return new Response(null, { status: 101, webSocket: client });
}

function closeWith(
  socket: WebSocket,
  closeCode: number,
  code: RoomErrorCode,
  message: string,
): void {
  trySend(socket, frame({ type: "error", code, message }));
  tryClose(socket, closeCode, message);
}

/** A socket that can't be written to must not keep the others from being told. */
function trySend(socket: WebSocket, text: string): void {
  try {
    socket.send(text);
  } catch {
    tryClose(socket, CLOSE.internal, "could not be written to");
  }
}

function tryClose(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(code, reason);
  } catch {
    // Already closed, which is all that was wanted.
  }
}

function frame(message: ServerFrame): string {
  return JSON.stringify(message);
}

function tagOf(audience: Audience): string {
  return `audience:${audience}`;
}

function clientOf(request: Request): Client {
  return {
    role: audienceSchema.parse(request.headers.get(CLAIM_HEADERS.role)),
    sub: decodeURIComponent(request.headers.get(CLAIM_HEADERS.sub) ?? ""),
  };
}

function byteLength(message: WSMessage): number {
  return typeof message === "string" ? new TextEncoder().encode(message).length : message.byteLength;
}

/** The room: one Durable Object per session. Events come in here. */
import { Server, type Connection, type ConnectionContext, type WSMessage } from "partyserver";
import { answer } from "./answers.ts";
import { claimsOf } from "./claims.ts";
import { startCounters } from "./counters.ts";
import { FORGET_AFTER_DAYS, LIMITS } from "./limits.ts";
import { described, log } from "./log.ts";
import { CLOSE, cursor as cursorSchema, type ClientFrame, type Cursor, type RoomErrorCode } from "./protocol.ts";
import { Presence } from "./presence.ts";
import { internalError, Refusal } from "./refusal.ts";
import type { Room } from "./room.ts";
import { parseMessage } from "./request.ts";
import { byteLength, closeWith, frame, refuseSocket, Seat, tryClose, type Client } from "./seat.ts";
import { Sockets } from "./sockets.ts";
import { Store } from "./store.ts";
import { Streams } from "./streams.ts";
import { maySendPresence } from "./views.ts";

/** What a close event has when the frame had none (RFC 6455, 7.4.1). */
const NO_CODE = 1005;

const DAY = 86_400_000;
/** What was published so short a time, in ms, before an object lost its memory may be unsaid. */
const JUST_NOW = 2000;

export class Session extends Server<Cloudflare.Env> {
  static override options = { hibernate: true };

  readonly #counters = startCounters(Date.now());
  readonly #sockets = new Sockets(this.#counters);
  #room: Room | undefined;
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
      return refuseSocket("internal", internalError().message);
    }
    if (response.status === 500) return internalError().toResponse();
    return response;
  }

  override async onRequest(request: Request): Promise<Response> {
    try {
      if (request.method === "DELETE") {
        await this.#forget("asked");
        return new Response(null, { status: 204 });
      }
      return await answer(() => this.#open(), request);
    } catch (error) {
      this.#counters.refusals += 1;
      if (error instanceof Refusal) return error.toResponse();
      this.#failed("request", error);
      return internalError().toResponse();
    }
  }

  override onConnect(socket: Connection<Client>, { request }: ConnectionContext): void {
    this.#greeted.add(request);
    try {
      const { client, issued } = claimsOf(request);
      const { store, streams } = this.#open();
      socket.setState(client);
      if (store.isRevoked(client.sub, issued)) {
        this.#end(socket, "revoked", "this ticket was revoked; ask for a new one");
      } else if (this.#makePlace(socket, client)) {
        const seat = new Seat(socket, client, streams.audienceOf(client), Date.now());
        streams.flush();
        this.#sockets.add(seat);
        streams.greet(seat, cursorOf(request));
      }
    } catch (error) {
      this.#failed("greeting", error);
      this.#end(socket, "internal", internalError().message);
    }
  }

  override onMessage(socket: Connection<Client>, message: WSMessage): void {
    // A room that was forgotten must not come back for a socket's last words.
    if (socket.readyState !== WebSocket.READY_STATE_OPEN) return;
    const { streams } = this.#open();
    const seat = this.#sockets.of(socket);
    if (!seat) return;
    const now = Date.now();
    const bytes = byteLength(message);
    if (bytes > LIMITS.clientMessageBytes) {
      this.#end(socket, "too_large", `a message may have ${LIMITS.clientMessageBytes} bytes`);
      return;
    }
    if (!seat.mayTalk(bytes, now)) {
      this.#end(socket, "too_fast", "too many messages; slow down");
      return;
    }
    const parsed = parseMessage(message);
    if (typeof parsed === "string") this.#complain(seat, parsed);
    else if (parsed.type === "presence") this.#point(seat, parsed);
    else if (seat.mayResume(now)) streams.resume(seat, parsed);
    else this.#end(socket, "too_fast", "asked for what was missed too often");
  }

  override onClose(socket: Connection<Client>, code?: number): void {
    this.#leave(socket);
    // Neither workerd nor partyserver answers a goodbye that has no code, and `socket.close()` in a
    // browser sends one: it would wait for its close event for 10 s.
    if (code === NO_CODE) tryClose(socket, 1000, "");
  }

  override onError(socket: Connection<Client>, error: unknown): void {
    this.onClose(socket);
    log({ event: "failed", at: "socket", error: described(error) }, this.name);
  }

  /** Forgets the room when nobody has used it for long; otherwise looks again later. */
  override async onAlarm(): Promise<void> {
    const { store } = this.#open();
    const lasts = this.#idleDays() * DAY;
    const idleAt = this.#sockets.size > 0 ? Date.now() + lasts : store.lastUsed() + lasts;
    if (idleAt > Date.now()) await this.ctx.storage.setAlarm(idleAt);
    else await this.#forget("idle");
  }

  /** Opens the room: its storage, and after hibernation its sockets. */
  #open(): Room {
    if (this.#room) return this.#room;
    const now = Date.now();
    const store = new Store(this.ctx.storage, this.#version, now);
    const streams = new Streams(store, this.#sockets, this.#counters, this.#version);
    for (const socket of this.getConnections<Client>()) {
      const client = socket.state;
      if (client) this.#sockets.add(new Seat(socket, client, streams.audienceOf(client), now));
    }
    this.#room = {
      name: this.name,
      version: this.#version,
      store,
      streams,
      presence: new Presence(store, this.#sockets),
      sockets: this.#sockets,
      counters: this.#counters,
      end: (socket, code, message) => this.#end(socket, code, message),
    };
    if (store.isNew) this.#begin(store);
    if (this.#sockets.size > 0 && now - store.lastUsed() < JUST_NOW) streams.remind();
    return this.#room;
  }

  /** The id of the Worker version that this object runs. */
  get #version(): string {
    return this.env.CF_VERSION_METADATA.id;
  }

  /** Tells a client why, and closes its socket. */
  #end(socket: Connection<Client>, code: RoomErrorCode, message: string): void {
    this.#counters.refusals += 1;
    const user = socket.state?.sub;
    log({ event: "refused", code, ...(user === undefined ? {} : { user }) }, this.name);
    this.#leave(socket);
    closeWith(socket, code, message);
  }

  /** Forgets everything, and tells those who are connected. */
  async #forget(why: "asked" | "idle"): Promise<void> {
    await this.ctx.blockConcurrencyWhile(async () => {
      this.#room?.streams.stop();
      this.#room?.presence.stop();
      this.#room = undefined;
      await this.ctx.storage.deleteAlarm();
      await this.ctx.storage.deleteAll();
    });
    for (const socket of this.getConnections()) {
      this.#sockets.remove(socket);
      tryClose(socket, CLOSE.deleted, "session deleted");
    }
    log({ event: "forgotten", why }, this.name);
  }

  /** Makes sure there is a place for one more; the oldest of a user's sockets gives way. */
  #makePlace(socket: Connection<Client>, { sub }: Client): boolean {
    if (this.#sockets.size >= LIMITS.sockets) {
      this.#end(socket, "full", `a room has ${LIMITS.sockets} places`);
      return false;
    }
    const [oldest, ...others] = this.#sockets.ofUser(sub);
    if (oldest && others.length + 1 >= LIMITS.userSockets) {
      const message = `a user may have ${LIMITS.userSockets} connections; this was the oldest`;
      this.#end(oldest.socket, "replaced", message);
    }
    return true;
  }

  #leave(socket: Connection<Client>): void {
    const seat = this.#sockets.remove(socket);
    if (!seat || this.#sockets.ofUser(seat.client.sub).length > 0) return;
    // An object that has hibernated since has nothing to take back.
    this.#room?.presence.left(seat.client);
  }

  #point(seat: Seat, { kind, value }: Extract<ClientFrame, { type: "presence" }>): void {
    const { store, presence } = this.#open();
    if (value === null || maySendPresence(store, kind, value, seat.audience)) {
      presence.say(seat.client, kind, value);
    } else this.#complain(seat, `you may not send this ${kind}`);
  }

  #complain(seat: Seat, message: string): void {
    this.#sockets.answer(seat, frame({ type: "error", code: "bad_message", message }));
  }

  #begin(store: Store): void {
    log({ event: "epoch", epoch: store.epoch, version: this.#version }, this.name);
    this.ctx.waitUntil(this.ctx.storage.setAlarm(Date.now() + this.#idleDays() * DAY));
  }

  #idleDays(): number {
    const days = Number(this.env.FORGET_AFTER_DAYS ?? FORGET_AFTER_DAYS);
    return Number.isFinite(days) && days > 0 ? days : FORGET_AFTER_DAYS;
  }

  #failed(at: string, error: unknown): void {
    log({ event: "failed", at, error: described(error) }, this.name);
  }
}

function cursorOf(request: Request): Cursor | undefined {
  const { searchParams } = new URL(request.url);
  const seq = searchParams.get("seq") ?? "";
  if (!/^\d{1,15}$/.test(seq)) return undefined;
  return cursorSchema.safeParse({ epoch: searchParams.get("epoch"), seq: Number(seq) }).data;
}

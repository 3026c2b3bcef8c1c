/** One open socket: whose it is, and what it may still get and send. */
import type { Connection, WSMessage } from "partyserver";
import { Bucket } from "./bucket.ts";
import type { Audience, Role } from "./kinds.ts";
import { LIMITS } from "./limits.ts";
import { CLOSE, type RoomErrorCode, type ServerFrame } from "./protocol.ts";

/** What a socket remembers through hibernation. Its ticket is not part of it. */
export interface Client {
  readonly role: Role;
  readonly sub: string;
}

/** A connection of partyserver's that remembers its client. */
export type Socket = Connection<Client>;

/** A place at the table. */
export class Seat {
  readonly socket: Socket;
  readonly client: Client;
  /** Whose stream it gets; {@link Sockets} sorts seats by it. */
  audience: Audience;
  #unanswered = 0;
  #stale = false;
  readonly #messages: Bucket;
  readonly #bytes: Bucket;
  readonly #resumes: Bucket;

  constructor(socket: Socket, client: Client, audience: Audience, now: number) {
    this.socket = socket;
    this.client = client;
    this.audience = audience;
    this.#messages = new Bucket(LIMITS.messages, now);
    this.#bytes = new Bucket(LIMITS.bytes, now);
    this.#resumes = new Bucket(LIMITS.resumes, now);
  }

  /** Whether the client has to ask before it gets more. */
  get isStale(): boolean {
    return this.#stale;
  }

  /** Counts a message of this many bytes; false when it is one too many. */
  mayTalk(bytes: number, now: number): boolean {
    return this.#messages.take(1, now) && this.#bytes.take(bytes, now);
  }

  /** Counts a request for what was missed; false when it is one too many. */
  mayResume(now: number): boolean {
    return this.#resumes.take(1, now);
  }

  /** The client has read everything so far. */
  caughtUp(): void {
    this.#unanswered = 0;
    this.#stale = false;
  }

  /**
   * Counts what was sent. Sockets tell nobody how much waits in them, so a client that has said
   * nothing for a whole window may be one that reads too slowly.
   *
   * @returns whether that filled the window: the client has to be told, and gets no more.
   */
  count(bytes: number): boolean {
    this.#unanswered += bytes;
    this.#stale = this.#unanswered > LIMITS.windowBytes;
    return this.#stale;
  }
}

/** A frame as text. */
export function frame(message: ServerFrame): string {
  return JSON.stringify(message);
}

/** Bytes of a message in UTF-8. */
export function byteLength(message: WSMessage): number {
  return typeof message === "string" ? encoder.encode(message).length : message.byteLength;
}

const encoder = new TextEncoder();

/** The close code that goes with an error. */
const CLOSED_BY: { readonly [code in RoomErrorCode]?: number } = {
  bad_ticket: CLOSE.unauthorized,
  revoked: CLOSE.unauthorized,
  wrong_session: CLOSE.forbidden,
  wrong_origin: CLOSE.forbidden,
  replaced: CLOSE.replaced,
  too_large: CLOSE.tooLarge,
  too_fast: CLOSE.tooMuch,
  full: CLOSE.tooMuch,
};

/** Says why, and closes: a browser shows its page the close code, and the frame says more. */
export function closeWith(socket: WebSocket, code: RoomErrorCode, message: string): void {
  try {
    socket.send(frame({ type: "error", code, message }));
  } catch {
    // Closing is what matters.
  }
  tryClose(socket, CLOSED_BY[code] ?? CLOSE.internal, message);
}

/** Closes a socket that may be closed already. */
export function tryClose(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(code, reason);
  } catch {
    // Already closed, which is all that was wanted.
  }
}

/** Accepts a websocket only to say why it is closed: browsers can't read an upgrade's status. */
export function refuseSocket(code: RoomErrorCode, message: string): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  closeWith(server, code, message);
  return new Response(null, { status: 101, webSocket: client });
}

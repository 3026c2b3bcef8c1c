/** What a test needs to talk to a room: publish, tickets, and sockets that keep their frames. */
import { env, exports } from "cloudflare:workers";
import { SignJWT } from "jose";
import type { Audience } from "../src/kinds.ts";
import { serverFrame, type PublishResult, type ServerFrame } from "../src/protocol.ts";

const ORIGIN = "https://room.test";
let counter = 0;

/** A session name that no other test uses. */
export function freshSession(): string {
  counter += 1;
  return `s${counter}-${crypto.randomUUID()}`;
}

/** Calls the Worker from outside. */
export function call(path: string, init?: RequestInit): Promise<Response> {
  return exports.default.fetch(new Request(`${ORIGIN}${path}`, init));
}

/** Calls with the publish key. */
export function authorized(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${env.PUBLISH_KEY}`);
  return call(path, { ...init, headers });
}

/** Publishes, and gives the raw answer. */
export function tryPublish(session: string, changes: unknown): Promise<Response> {
  const body = JSON.stringify({ changes });
  return authorized(`/parties/session/${session}/publish`, { method: "POST", body });
}

/** Publishes, and expects it to work. */
export async function publish(session: string, ...changes: unknown[]): Promise<PublishResult> {
  const response = await tryPublish(session, changes);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`publish: ${response.status} ${text}`);
  return JSON.parse(text) as PublishResult;
}

export const put = (kind: string, key: string, rev: number, value: object) => ({
  op: "put",
  kind,
  key,
  rev,
  value,
});
export const patch = (kind: string, key: string, rev: number, base: number, value: object) => ({
  op: "patch",
  kind,
  key,
  rev,
  base,
  value,
});
export const del = (kind: string, key: string, rev: number) => ({ op: "del", kind, key, rev });

export const aScene = { name: "Cave", width: 1000, height: 800, grid: { type: "square", size: 100 } };
export const aToken = { sceneId: "scn", name: "Ogre", x: 100, y: 200, width: 2, height: 2 };

/** A good ticket; `claims` replace the good ones, undefined takes one away. */
export async function ticket(
  session: string,
  role: string,
  claims: Record<string, unknown> = {},
  key: string = env.TICKET_KEY,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const good = { aud: "vttsync", sid: session, role, sub: "user-1", iat: now, exp: now + 60 };
  return new SignJWT({ ...good, ...claims })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(key));
}

type Frame = ServerFrame;
type Delta = Extract<Frame, { type: "delta" }>;

/** A connected client. */
export class Client {
  readonly texts: string[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly socket: WebSocket;
  #arrived: (() => void) | undefined;
  #told = 0;

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.addEventListener("close", ({ code, reason }) => resolve({ code, reason }));
    });
    socket.addEventListener("message", ({ data }) => {
      this.texts.push(String(data));
      this.#arrived?.();
    });
    socket.accept();
  }

  /** The frames so far; every one must have exactly the protocol's fields. */
  get frames(): Frame[] {
    return this.texts.map((text) => serverFrame.parse(JSON.parse(text)));
  }

  get deltas(): Delta[] {
    return this.frames.filter((frame): frame is Delta => frame.type === "delta");
  }

  /** The changes of the deltas that came since the last call. */
  async news(): Promise<Delta["changes"]> {
    await this.settle();
    const fresh = this.deltas.slice(this.#told);
    this.#told += fresh.length;
    return fresh.flatMap((delta) => delta.changes);
  }

  /** Waits until this many texts have come. */
  async until(count: number): Promise<Frame[]> {
    const end = Date.now() + 2000;
    while (this.texts.length < count) {
      if (Date.now() > end) throw new Error(`waited for ${count}, got ${this.texts.join("\n")}`);
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
        setTimeout(resolve, 50);
      });
    }
    return this.frames;
  }

  /** Everything sent so far has arrived once the pong has: one socket keeps its order. */
  async settle(): Promise<void> {
    const before = this.texts.filter((text) => text === "pong").length;
    this.socket.send("ping");
    const end = Date.now() + 2000;
    while (this.texts.filter((text) => text === "pong").length === before) {
      if (Date.now() > end) throw new Error("no pong");
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    this.texts.splice(this.texts.lastIndexOf("pong"), 1);
  }
}

/** Opens a websocket with this query. */
export async function open(session: string, query: string, headers: object = {}): Promise<Client> {
  const response = await call(`/parties/session/${session}${query}`, {
    headers: { ...headers, upgrade: "websocket" },
  });
  if (!response.webSocket) throw new Error(`no websocket: ${response.status}`);
  return new Client(response.webSocket);
}

/** What someone who joins now sees. */
export async function snapshotFor(session: string, role: Audience) {
  const client = await join(session, role);
  const [, snapshot] = client.frames;
  client.socket.close(1000);
  if (snapshot?.type !== "snapshot") throw new Error("no snapshot");
  return snapshot;
}

/** Joins with a good ticket, and waits for hello and snapshot. */
export async function join(session: string, role: Audience): Promise<Client> {
  const client = await open(session, `?ticket=${await ticket(session, role)}`);
  await client.until(2);
  return client;
}

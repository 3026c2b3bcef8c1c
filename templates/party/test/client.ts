/** What a test needs to talk to a room: publish, tickets, and sockets that keep their frames. */
import { env, exports } from "cloudflare:workers";
import { SignJWT } from "jose";
import type { Role } from "../src/kinds.ts";
import { applyMergePatch, type JsonObject } from "../src/merge-patch.ts";
import { serverFrame, type Cursor, type Entity, type PublishResult, type ServerFrame } from "../src/protocol.ts";

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
    return this.only("delta");
  }

  /** The frames applied. */
  view(): View {
    return new View().apply(this.frames);
  }

  /** The frames of one type. */
  only<T extends Frame["type"]>(type: T): Extract<Frame, { type: T }>[] {
    return this.frames.filter((frame): frame is Extract<Frame, { type: T }> => frame.type === type);
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

/** How someone joins. */
interface Joining {
  readonly sub?: string;
  readonly cursor?: Cursor;
}

/** Connects with a good ticket, and says no more. */
export async function connect(session: string, role: Role, joining: Joining = {}): Promise<Client> {
  const { sub = "user-1", cursor } = joining;
  const place = cursor ? { epoch: cursor.epoch, seq: String(cursor.seq) } : {};
  const query = new URLSearchParams({ ticket: await ticket(session, role, { sub }), ...place });
  return open(session, `?${query}`);
}

/** Joins with a good ticket, and waits for all that a joining client is told. */
export async function join(session: string, role: Role, joining: Joining = {}): Promise<Client> {
  const client = await connect(session, role, joining);
  await client.until(1);
  await client.settle();
  return client;
}

/** What someone who joins now sees. */
export async function snapshotFor(session: string, role: Role, sub = "user-1") {
  const client = await join(session, role, { sub });
  const [, snapshot] = client.frames;
  client.socket.close(1000);
  if (snapshot?.type !== "snapshot") throw new Error("no snapshot");
  return snapshot;
}

/** A client's view: frames applied as the protocol says, and every breach of it an error. */
export class View {
  readonly entities = new Map<string, Entity>();
  cursor: Cursor = { epoch: "", seq: -1 };
  stale = false;
  snapshots = 0;
  #parts = 0;

  /** Applies frames in order. */
  apply(frames: readonly ServerFrame[]): this {
    for (const frame of frames) this.#apply(frame);
    return this;
  }

  /** What is there, sorted as a snapshot has it. */
  sorted(): Entity[] {
    return [...this.entities.values()].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  }

  #apply(frame: ServerFrame): void {
    if (frame.type === "snapshot") this.#snapshot(frame);
    if (frame.type === "stale") this.stale = true;
    if (frame.type !== "delta") return;
    if (frame.epoch !== this.cursor.epoch) throw new Error(`delta of another epoch: ${frame.epoch}`);
    const from = frame.from ?? frame.seq;
    if (from !== this.cursor.seq + 1) throw new Error(`${from} after ${this.cursor.seq}`);
    this.cursor = { epoch: frame.epoch, seq: frame.seq };
    for (const change of frame.changes) this.#change(change);
  }

  #snapshot({ epoch, seq, part, parts, entities }: Extract<ServerFrame, { type: "snapshot" }>) {
    if (part !== this.#parts + 1) throw new Error(`part ${part} after ${this.#parts}`);
    if (part === 1) this.entities.clear();
    for (const entity of entities) this.entities.set(nameOf(entity), entity);
    this.#parts = part === parts ? 0 : part;
    this.cursor = { epoch, seq };
    if (part === parts) this.snapshots += 1;
  }

  #change(change: Delta["changes"][number]): void {
    const { kind, key } = change;
    const known = this.entities.get(nameOf(change));
    if (change.op === "put") {
      this.entities.set(nameOf(change), { kind, key, value: change.value });
    } else if (!known) throw new Error(`${change.op} of what isn't there: ${nameOf(change)}`);
    else if (change.op === "del") this.entities.delete(nameOf(change));
    else {
      const value = applyMergePatch(known.value as JsonObject, change.value as JsonObject);
      this.entities.set(nameOf(change), { kind, key, value: value as Record<string, unknown> });
    }
  }
}

function nameOf({ kind, key }: { kind: string; key: string }): string {
  return `${kind}/${key}`;
}

/** A room by the protocol's rules (docs/protocol.md in vttsync), for one session, without storage. */
import type { ClientFrame, Cursor, Entity, ServerFrame, ViewChange } from "../../src/protocol.ts";
import { Network, type Far, type FakeSocket } from "./socket.ts";
import { claimsOf, serverTime, type Claims } from "./tickets.ts";

type Delta = Extract<ServerFrame, { type: "delta" }>;

/** One audience's stream. */
interface Stream {
  epoch: string;
  seq: number;
  readonly view: Map<string, Entity>;
  ring: Delta[];
}

/** One client. */
interface Seat {
  readonly socket: FakeSocket;
  readonly claims: Claims;
  audience: string;
  isStale: boolean;
  resumes: Bucket;
  messages: Bucket;
}

/** As the room counts: so many at once, then so many a second. */
class Bucket {
  #left: number;
  #at = performance.now();
  readonly #burst: number;
  readonly #perSecond: number;

  constructor(burst: number, perSecond: number) {
    this.#left = this.#burst = burst;
    this.#perSecond = perSecond;
  }

  take(): boolean {
    const now = performance.now();
    this.#left = Math.min(this.#burst, this.#left + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

export class FakeRoom {
  readonly network = this.reach();
  readonly seats: Seat[] = [];
  /** Entities in each part of a snapshot. */
  partSize = 1000;
  /** Deltas to catch up on. */
  ringRows = 256;
  version = "v1";
  /** How many snapshots and deltas were sent. */
  snapshots = 0;
  /** What clients sent, but pings. */
  readonly heard: ClientFrame[] = [];
  /** The greeting of the next clients, instead of the right one. */
  greeting: readonly (ServerFrame | string)[] | undefined;
  readonly #streams = new Map<string, Stream>();
  readonly #audiences = new Map<string, string>();
  #epoch = 1;
  #revoked: number | undefined;
  #held: Map<string, { readonly from: number; readonly before: ReadonlyMap<string, Entity> }> | undefined;

  /** Another network that leads here. */
  reach(): Network {
    return new Network((url, near) => this.#accept(url, near));
  }

  /** Deltas are held back from here on, until {@link flush}. */
  hold(): void {
    this.#held ??= new Map();
  }

  /** What was held is told as one. */
  flush(): void {
    const held = this.#held;
    this.#held = undefined;
    for (const [audience, { from, before }] of held ?? []) {
      const { epoch, seq, view } = this.stream(audience);
      const span = from === seq ? { seq } : { from, seq };
      this.#tell(audience, { type: "delta", epoch, ...span, changes: netOf(before, view) });
    }
  }

  /** An audience's stream. */
  stream(audience = "player"): Stream {
    const found = this.#streams.get(audience);
    if (found) return found;
    const stream = { epoch: `e${this.#epoch}.${audience}`, seq: 0, view: new Map<string, Entity>(), ring: [] };
    this.#streams.set(audience, stream);
    return stream;
  }

  /** What an audience sees, sorted as a snapshot has it. */
  view(audience = "player"): Entity[] {
    return [...this.stream(audience).view].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entity]) => entity);
  }

  /** What an audience sees changes. */
  publish(changes: readonly ViewChange[], audience = "player"): void {
    const stream = this.stream(audience);
    const before = new Map(stream.view);
    for (const change of changes) apply(stream.view, change);
    stream.seq += 1;
    const delta: Delta = { type: "delta", epoch: stream.epoch, seq: stream.seq, changes: [...changes] };
    stream.ring = [...stream.ring, delta].slice(-this.ringRows);
    if (!this.#held) this.#tell(audience, delta);
    else if (!this.#held.has(audience)) this.#held.set(audience, { from: stream.seq, before });
  }

  /** A user is in another audience from now on. */
  move(user: string, audience: string): void {
    this.flush();
    this.#audiences.set(user, audience);
    for (const seat of this.seats.filter(({ claims }) => claims.sub === user)) {
      seat.audience = audience;
      this.#greet(seat);
    }
  }

  /** The room's storage is lost, or another version opens it: everyone's epoch is another. */
  newEpoch(): void {
    this.#held = undefined;
    this.#epoch += 1;
    for (const [audience, stream] of this.#streams) {
      stream.epoch = `e${this.#epoch}.${audience}`;
      stream.seq = 0;
      stream.ring = [];
    }
  }

  /** A deploy: every socket is closed, nothing is lost. */
  deploy(version: string): void {
    this.version = version;
    for (const { socket } of [...this.seats]) socket.break(1012);
  }

  /** Tells everyone where they stand. */
  remind(): void {
    for (const seat of this.seats) this.#hello(seat);
  }

  /** Says nothing more to anyone who doesn't resume. */
  stale(): void {
    for (const seat of this.seats) {
      this.#say(seat, { type: "stale" });
      seat.isStale = true;
    }
  }

  /** Tells everyone this frame, or something that is none. */
  say(frame: ServerFrame | string): void {
    for (const seat of this.seats) this.#say(seat, frame);
  }

  /** Closes everyone's socket, and says why. */
  end(close: number, code?: string): void {
    for (const seat of [...this.seats]) this.#end(seat.socket, close, code);
  }

  /** Tickets up to this second are refused. */
  kick(): void {
    this.#revoked = Math.floor(serverTime());
    this.end(4401, "revoked");
  }

  #accept(url: URL, socket: FakeSocket): Far | undefined {
    const { searchParams } = url;
    const claims = claimsOf(searchParams.get("ticket") ?? "");
    const refusal = this.#refusal(claims);
    if (refusal || !claims) {
      this.#end(socket, refusal === "wrong_session" ? 4403 : 4401, refusal ?? "bad_ticket");
      return undefined;
    }
    const audience = this.#audiences.get(claims.sub) ?? claims.role;
    const bucket = { resumes: new Bucket(5, 0.5), messages: new Bucket(60, 20) };
    const seat: Seat = { socket, claims, audience, isStale: false, ...bucket };
    this.seats.push(seat);
    const epoch = searchParams.get("epoch");
    this.#greet(seat, epoch === null ? undefined : { epoch, seq: Number(searchParams.get("seq")) });
    return { heard: (text) => this.#heard(seat, text), gone: () => this.#leave(socket) };
  }

  #refusal(claims: Claims | undefined): string | undefined {
    const now = serverTime();
    if (!claims || claims.exp + 30 < now || claims.iat > now + 30) return "bad_ticket";
    if (claims.sid !== "friday") return "wrong_session";
    return this.#revoked !== undefined && claims.iat <= this.#revoked ? "revoked" : undefined;
  }

  #greet(seat: Seat, cursor?: Cursor): void {
    if (this.greeting) {
      for (const frame of this.greeting) this.#say(seat, frame);
      return;
    }
    this.flush();
    this.#hello(seat);
    this.#catchUp(seat, cursor);
  }

  #hello(seat: Seat): void {
    const { epoch, seq } = this.stream(seat.audience);
    const { version } = this;
    this.#say(seat, { type: "hello", protocol: 1, version, epoch, seq, audience: seat.audience });
  }

  #catchUp(seat: Seat, cursor: Cursor | undefined): void {
    const stream = this.stream(seat.audience);
    seat.isStale = false;
    const missed = cursor?.epoch === stream.epoch ? missedOf(stream, cursor.seq) : undefined;
    for (const frame of missed ?? this.#snapshot(stream)) this.#say(seat, frame);
  }

  #snapshot({ epoch, seq, view }: Stream): ServerFrame[] {
    this.snapshots += 1;
    const all = [...view].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entity]) => entity);
    const parts = Math.max(1, Math.ceil(all.length / this.partSize));
    return Array.from({ length: parts }, (_, index) => ({
      type: "snapshot",
      epoch,
      seq,
      part: index + 1,
      parts,
      entities: all.slice(index * this.partSize, (index + 1) * this.partSize),
    }));
  }

  #heard(seat: Seat, text: string): void {
    if (!seat.messages.take()) this.#end(seat.socket, 4429, "too_fast");
    else if (text === "ping") seat.socket.say("pong");
    else if (text.length > 16 * 1024) this.#end(seat.socket, 4413, "too_large");
    else this.#obey(seat, JSON.parse(text) as ClientFrame);
  }

  #obey(seat: Seat, frame: ClientFrame): void {
    this.heard.push(frame);
    if (frame.type === "presence") {
      const { sub: user, role } = seat.claims;
      const item = { user, role, kind: frame.kind, value: frame.value, ttl: 5000 };
      this.say({ type: "presence", items: [item] } as ServerFrame);
    } else if (!seat.resumes.take()) this.#end(seat.socket, 4429, "too_fast");
    else {
      this.flush();
      if (frame.epoch !== this.stream(seat.audience).epoch) this.#hello(seat);
      this.#catchUp(seat, frame);
    }
  }

  #tell(audience: string, delta: Delta): void {
    for (const seat of this.seats.filter((one) => one.audience === audience)) this.#say(seat, delta);
  }

  #say(seat: Seat, frame: ServerFrame | string): void {
    if (seat.isStale) return;
    seat.socket.say(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  #end(socket: FakeSocket, close: number, code?: string): void {
    this.#leave(socket);
    if (code) socket.say(JSON.stringify({ type: "error", code, message: `${code}, as the room says` }));
    socket.hangUp(close);
  }

  #leave(socket: FakeSocket): void {
    const at = this.seats.findIndex((seat) => seat.socket === socket);
    if (at >= 0) this.seats.splice(at, 1);
  }
}

function missedOf({ seq, ring }: Stream, since: number): Delta[] | undefined {
  if (since > seq) return undefined;
  const missed = ring.filter((delta) => delta.seq > since);
  return missed.length === seq - since ? missed : undefined;
}

/** Applies a change as plainly as can be: the model that the client is held to. */
export function apply(view: Map<string, Entity>, change: ViewChange): void {
  const name = `${change.kind} ${change.key}`;
  if (change.op === "del") view.delete(name);
  else {
    const old = change.op === "patch" ? view.get(name)?.value : undefined;
    const value = merged(old, change.value);
    view.set(name, { kind: change.kind, key: change.key, value } as Entity);
  }
}

function merged(old: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const fields = new Map<string, unknown>(
    typeof old === "object" && old !== null && !Array.isArray(old) ? Object.entries(old) : [],
  );
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) fields.delete(field);
    else fields.set(field, merged(fields.get(field), value));
  }
  return Object.fromEntries(fields);
}

/** What became of a view, as puts and dels. */
function netOf(before: ReadonlyMap<string, Entity>, after: ReadonlyMap<string, Entity>): ViewChange[] {
  const gone = [...before].filter(([name]) => !after.has(name));
  const put = [...after].filter(([name, entity]) => before.get(name) !== entity);
  return [
    ...gone.map(([, { kind, key }]) => ({ op: "del", kind, key }) as const),
    ...put.map(([, entity]) => ({ op: "put", ...entity }) as const),
  ];
}

/** What each audience is told: deltas at a pace, snapshots, and what someone missed. */
import { Bucket } from "./bucket.ts";
import type { Counters } from "./counters.ts";
import { Draft } from "./draft.ts";
import type { Audience } from "./kinds.ts";
import { LIMITS } from "./limits.ts";
import { PROTOCOL, type Cursor, type Entity, type ViewChange } from "./protocol.ts";
import { Batch } from "./batch.ts";
import { entitiesFor, type Plan } from "./publish.ts";
import type { Request } from "./requests.ts";
import { byteLength, frame, type Client, type Seat } from "./seat.ts";
import type { Sockets } from "./sockets.ts";
import { movedStreams, type Store } from "./store.ts";
import { userAudience } from "./views.ts";

/** What a stream stands at, with all that it has. */
export interface View {
  readonly epoch: string;
  readonly seq: number;
  readonly entities: readonly Entity[];
}

/** Deltas held back, with the first seq of each stream that they cover. */
interface Holding {
  readonly batch: Batch;
  readonly from: Map<Audience, number>;
  readonly timer: number;
  /** When they are to be told, in ms since 1970. */
  readonly until: number;
}

/** The streams of a room. */
export class Streams {
  readonly #store: Store;
  readonly #sockets: Sockets;
  readonly #counters: Counters;
  readonly #version: string;
  readonly #pace = new Bucket(LIMITS.deltas, Date.now());
  readonly #snapshots = new Map<Audience, string[]>();
  #held: Holding | undefined;

  constructor(store: Store, sockets: Sockets, counters: Counters, version: string) {
    this.#store = store;
    this.#sockets = sockets;
    this.#counters = counters;
    this.#version = version;
  }

  /** The audience a client is in: its role, or its own when it is a player who owns something. */
  audienceOf({ role, sub }: Client): Audience {
    return role === "player" && this.#store.owners().has(sub) ? `user:${sub}` : role;
  }

  /** Stores a publish, then tells everyone whose view it changed. */
  publish(plan: Plan, now: number, request?: Request): void {
    // Who moves to another stream has all of the one before, up to this.
    if (plan.moved.length > 0) this.flush();
    this.#store.commit(plan.writes, plan, now, request);
    for (const audience of movedStreams(plan)) this.#snapshots.delete(audience);
    // Neither stream tells those who move from one to the other: a snapshot does.
    const moving = this.#lift(plan.moved);
    if (this.#held) this.#hold(this.#held, plan, now);
    else if (this.#pace.take(1, now)) this.#tellAll(plan.deltas);
    else this.#hold(this.#beginHolding(now), plan, now);
    if (plan.moved.length > 0) this.#settle(moving);
  }

  /** Tells what was held back. */
  flush(): void {
    if (!this.#held) return;
    this.#pace.take(1, Date.now());
    const { batch, from, timer } = this.#held;
    clearTimeout(timer);
    this.#held = undefined;
    // One draft, so that what all audiences ask for is read once.
    const rows = new Draft(this.#store);
    for (const [audience, first] of from) {
      if (this.#sockets.has(audience)) this.#tell(audience, batch.take(audience, rows) ?? [], first);
    }
  }

  /** Tells nothing any more. */
  stop(): void {
    if (this.#held) clearTimeout(this.#held.timer);
    this.#held = undefined;
  }

  /** Tells a client where its stream stands, then what it missed, or everything. */
  greet(seat: Seat, cursor?: Cursor): void {
    this.flush();
    this.#hello(seat);
    this.#catchUp(seat, cursor);
  }

  /** Tells a client what it missed; from the beginning when it speaks of another stream. */
  resume(seat: Seat, cursor: Cursor): void {
    this.flush();
    if (cursor.epoch !== this.#store.epochOf(seat.audience)) this.#hello(seat);
    this.#catchUp(seat, cursor);
  }

  /** Tells everyone where they stand: who is behind asks. */
  remind(): void {
    for (const seat of this.#sockets.ofUser()) this.#hello(seat);
  }

  /** All that an audience sees now. */
  view(audience: Audience): View {
    const live = this.#store.all();
    const rows = new Draft(this.#store);
    live.forEach((row) => rows.write(row));
    const epoch = this.#store.epochOf(audience);
    return { epoch, seq: this.#store.seqOf(audience), entities: entitiesFor(rows, live, audience) };
  }

  #beginHolding(now: number): Holding {
    const wait = this.#pace.wait(1, now);
    const timer = setTimeout(() => this.flush(), wait) as unknown as number;
    this.#held = { batch: new Batch(), from: new Map(), timer, until: now + wait };
    return this.#held;
  }

  #hold({ batch, from, until }: Holding, plan: Plan, now: number): void {
    batch.add(plan);
    for (const audience of plan.deltas.keys()) {
      if (!from.has(audience)) from.set(audience, this.#store.seqOf(audience));
    }
    // What their stream told before it ended is part of the snapshot that follows.
    for (const user of plan.moved) from.delete(userAudience(user));
    // A timer doesn't run while one publish follows the other without a pause.
    if (now >= until) this.flush();
  }

  #tellAll(deltas: ReadonlyMap<Audience, readonly ViewChange[]>): void {
    for (const [audience, changes] of deltas) {
      if (this.#sockets.has(audience)) this.#tell(audience, changes);
    }
  }

  #tell(audience: Audience, changes: readonly ViewChange[], first?: number): void {
    const epoch = this.#store.epochOf(audience);
    const seq = this.#store.seqOf(audience);
    const span = first === undefined || first === seq ? { seq } : { from: first, seq };
    const text = frame({ type: "delta", epoch, ...span, changes: [...changes] });
    this.#counters.deltas += 1;
    const isTooBig = byteLength(text) > LIMITS.frameBytes;
    this.#sockets.tell(audience, isTooBig ? this.#snapshot(audience) : [text]);
  }

  #hello(seat: Seat): void {
    const { audience } = seat;
    const epoch = this.#store.epochOf(audience);
    const seq = this.#store.seqOf(audience);
    const version = this.#version;
    const hello = { type: "hello", protocol: PROTOCOL, version, epoch, seq, audience } as const;
    this.#sockets.answer(seat, frame(hello));
  }

  #catchUp(seat: Seat, cursor: Cursor | undefined): void {
    const { audience } = seat;
    const epoch = this.#store.epochOf(audience);
    seat.caughtUp();
    if (cursor) this.#counters.resyncs += 1;
    const missed = cursor?.epoch === epoch ? this.#store.missed(audience, cursor.seq) : undefined;
    if (!missed) this.#counters.snapshots += 1;
    const texts =
      missed?.map(({ seq, changes }) => frame({ type: "delta", epoch, seq, changes: [...changes] })) ??
      this.#snapshot(audience);
    for (const text of texts) this.#sockets.answer(seat, text);
  }

  /** Kept until the audience's view changes: after a deploy everyone comes back at once. */
  #snapshot(audience: Audience): string[] {
    const known = this.#snapshots.get(audience);
    if (known) return known;
    const texts = inParts(this.view(audience));
    this.#snapshots.set(audience, texts);
    return texts;
  }

  /** Takes users who came to own something, or no longer do, out of their audience. */
  #lift(users: readonly string[]): Seat[] {
    const seats = users
      .flatMap((user) => this.#sockets.ofUser(user))
      .filter(({ client, audience }) => this.audienceOf(client) !== audience);
    for (const seat of seats) this.#sockets.lift(seat);
    return seats;
  }

  /** Puts them into their new one. */
  #settle(seats: readonly Seat[]): void {
    // What is held is part of their snapshot.
    this.flush();
    for (const seat of seats) {
      this.#sockets.move(seat, this.audienceOf(seat.client));
      this.greet(seat);
    }
  }
}

/** Writes a view as snapshot frames, none of them too big for a client. */
function inParts({ epoch, seq, entities }: View): string[] {
  const room = LIMITS.frameBytes - 1024;
  const parts: string[][] = [[]];
  let bytes = 0;
  for (const entity of entities) {
    const text = JSON.stringify(entity);
    const size = byteLength(text) + 1;
    if (bytes > 0 && bytes + size > room) {
      parts.push([]);
      bytes = 0;
    }
    bytes += size;
    parts.at(-1)?.push(text);
  }
  return parts.map((texts, index) => {
    const head = { type: "snapshot", epoch, seq, part: index + 1, parts: parts.length };
    return `${JSON.stringify(head).slice(0, -1)},"entities":[${texts.join()}]}`;
  });
}

/** Cursors, pings, rulers and drags: of the others, to show; and this client's, to send. */
import type { ClientFrame, PresenceItem, PresenceName } from "./protocol.ts";
import type { Owner } from "./ticket.ts";
import { Signal } from "./store.ts";
import type { PresenceStore } from "./types.ts";

/** At most one message in so many ms: below the room's 20 a second, which pings count in too. */
const PACE = 60;
/** What couldn't be sent for so long, in ms, is of no interest any more. */
const STALE = 3_000;
/** How long what comes without a time is shown, in ms: nothing stays for ever. */
const LASTS = 10_000;
/** Looks for what has run out, at least so often, in ms: timers can't be longer than 24 days. */
const LOOK = 60_000;
/** The room takes no more of a presence, in bytes. */
const MOST = 1024;

type Message = Extract<ClientFrame, { type: "presence" }>;

interface Shown {
  readonly item: PresenceItem;
  readonly until: number;
}

/** What it needs. */
export interface Carrier {
  /** Sends, or says that it can't right now. */
  send(frame: Message): boolean;
  /** Whose presence isn't shown: this client's own. */
  owner(): Owner | undefined;
}

/** Presence of one session. */
export class Presence implements PresenceStore {
  readonly #carrier: Carrier;
  readonly #signal = new Signal();
  readonly #shown = new Map<string, Shown>();
  readonly #waiting = new Map<string, { readonly frame: Message; readonly since: number }>();
  #items: readonly PresenceItem[] = [];
  #expiry: ReturnType<typeof setTimeout> | undefined;
  #sending: ReturnType<typeof setTimeout> | undefined;

  constructor(carrier: Carrier) {
    this.#carrier = carrier;
  }

  readonly getSnapshot = (): readonly PresenceItem[] => this.#items;

  readonly subscribe = (listener: () => void): (() => void) => this.#signal.subscribe(listener);

  readonly send = (kind: PresenceName, value: PresenceItem["value"]): void => {
    const frame = { type: "presence", kind, value } as Message;
    const size = new TextEncoder().encode(JSON.stringify(frame)).length;
    if (size > MOST) throw new RangeError(`a ${kind} of ${size} bytes: the room takes ${MOST}`);
    // What waits keeps its place: with one message at a time, no kind starves another.
    this.#waiting.set(kind, { frame, since: performance.now() });
    this.#sending ??= setTimeout(() => this.#sendNext(), 0);
  };

  /** Sends what has waited longest, and the next a little later. */
  #sendNext(): void {
    this.#sending = undefined;
    for (const [kind, { since }] of this.#waiting) {
      if (performance.now() - since > STALE) this.#waiting.delete(kind);
    }
    const [next] = this.#waiting;
    if (!next) return;
    const [kind, { frame }] = next;
    if (this.#carrier.send(frame)) this.#waiting.delete(kind);
    this.#sending = setTimeout(() => this.#sendNext(), PACE);
  }

  /** What the room told of the others. */
  heard(items: readonly PresenceItem[]): void {
    const now = performance.now();
    const own = this.#carrier.owner();
    for (const item of items) {
      const { user, role, kind, value, ttl } = item;
      const name = JSON.stringify([user, kind]);
      const isGone = value === null || (user === own?.sub && role === own.role);
      if (isGone) this.#shown.delete(name);
      else this.#shown.set(name, { item, until: now + (ttl ?? LASTS) });
    }
    this.#show();
  }

  /** Forgets everyone, and what waits to be sent. */
  clear(): void {
    clearTimeout(this.#sending);
    this.#sending = undefined;
    this.#waiting.clear();
    this.#shown.clear();
    this.#show();
  }

  /** Tells what is there now, and sleeps until the first of it runs out. */
  #show(): void {
    const now = performance.now();
    for (const [name, { until }] of this.#shown) if (until <= now) this.#shown.delete(name);
    clearTimeout(this.#expiry);
    const next = Math.min(...[...this.#shown.values()].map(({ until }) => until));
    if (next < Infinity) this.#expiry = setTimeout(() => this.#show(), Math.min(next - now, LOOK));
    const items = [...this.#shown.values()].map(({ item }) => item);
    const isSame = items.length === this.#items.length && items.every((item, at) => item === this.#items[at]);
    if (isSame) return;
    this.#items = items;
    this.#signal.tell();
  }
}

/** Cursors, pings, rulers and drags: told to those who may see them, stored nowhere. */
import { Draft } from "./draft.ts";
import { presenceKinds, type Audience, type PresenceName } from "./kinds.ts";
import { PRESENCE_TICK } from "./limits.ts";
import type { JsonObject } from "./merge-patch.ts";
import type { PresenceItem } from "./protocol.ts";
import { frame, type Client } from "./seat.ts";
import type { Sockets } from "./sockets.ts";
import type { Store } from "./store.ts";
import { isPresenceVisible } from "./views.ts";

/** What someone points at. Null: at nothing any more. */
interface Pointing {
  readonly client: Client;
  readonly kind: PresenceName;
  readonly value: JsonObject | null;
}

/**
 * The presence of a room. Of each user and kind only the newest counts, and it is told at the end
 * of the tick: deltas have a way of their own and never wait for it.
 */
export class Presence {
  readonly #store: Store;
  readonly #sockets: Sockets;
  readonly #pending = new Map<string, Pointing>();
  /** What each audience was told and may still show, with when it stops to, in ms since 1970. */
  readonly #shown = new Map<Audience, Map<string, number>>();
  #rows: Draft | undefined;
  #timer: number | undefined;

  constructor(store: Store, sockets: Sockets) {
    this.#store = store;
    this.#sockets = sockets;
  }

  /** Takes what a client points at. What nobody may see is dropped without a word. */
  say(client: Client, kind: PresenceName, value: JsonObject | null): void {
    this.#pending.set(nameOf(client, kind), { client, kind, value });
    this.#timer ??= setTimeout(() => this.#flush(Date.now()), PRESENCE_TICK) as unknown as number;
  }

  /** A user's last socket closed: whatever they pointed at is gone. */
  left(client: Client): void {
    for (const kind of Object.keys(presenceKinds) as PresenceName[]) {
      const name = nameOf(client, kind);
      const isShown = [...this.#shown.values()].some((names) => names.has(name));
      if (isShown || this.#pending.has(name)) this.say(client, kind, null);
    }
  }

  /** Rows have changed: who may see what is to be asked anew. */
  forgetRows(): void {
    this.#rows = undefined;
  }

  /** Tells nothing any more. */
  stop(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
  }

  #flush(now: number): void {
    this.#timer = undefined;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const audience of this.#sockets.audiences()) {
      const items = pending.flatMap((pointing) => this.#itemFor(audience, pointing, now));
      if (items.length === 0) continue;
      // One that isn't told is lost, as all presence may be.
      this.#sockets.tell(audience, [frame({ type: "presence", items })]);
    }
  }

  /** What an audience is told; what it no longer sees is gone, what it never saw is not mentioned. */
  #itemFor(audience: Audience, { client, kind, value }: Pointing, now: number): PresenceItem[] {
    const { sub: user, role } = client;
    const name = nameOf(client, kind);
    const shown = this.#shown.get(audience) ?? new Map<string, number>();
    const wasShown = (shown.get(name) ?? 0) > now;
    this.#shown.set(audience, shown);
    if (value !== null && this.#isVisible(audience, kind, value)) {
      const { ttl } = presenceKinds[kind];
      shown.set(name, now + ttl);
      return [{ user, role, kind, value, ttl }];
    }
    shown.delete(name);
    return wasShown ? [{ user, role, kind, value: null }] : [];
  }

  #isVisible(audience: Audience, kind: PresenceName, value: JsonObject): boolean {
    this.#rows ??= new Draft(this.#store);
    return isPresenceVisible(this.#rows, kind, value, audience);
  }
}

function nameOf({ sub }: Client, kind: PresenceName): string {
  return `${kind}/${sub}`;
}

/** What a session shows: the room's view, or the app's poll's, whichever is right. */
import { kept, replaced } from "./entities.ts";
import { Handover } from "./handover.ts";
import type { Cursor, Entity, KindName, ServerFrame } from "./protocol.ts";
import type { Entities, Polled } from "./types.ts";
import { asked, BLANK, isCaughtUp, reconnected, take, type Did, type View } from "./view.ts";

const NOWHERE: Cursor = { epoch: "", seq: 0 };

/** Both views of one session, kept apart. */
export class Picture {
  readonly #handover = new Handover();
  #view: View = BLANK;
  #polled: Entities | undefined;
  #wantsAll = false;
  #known: { readonly audience: string; readonly version: string } | undefined;

  get isLive(): boolean {
    return this.#handover.isLive;
  }

  /** Whether a poll may run, and is listened to. */
  get mayPoll(): boolean {
    return this.#handover.mayPoll;
  }

  /** Whether what is shown is still the poll's, which has ended. */
  get isGoingOver(): boolean {
    return this.#handover.isAsking;
  }

  /** Where the room's view stands. */
  get cursor(): Cursor | undefined {
    return this.#view.cursor;
  }

  get entities(): Entities {
    return this.#polled ?? this.#view.entities;
  }

  /** Whether the room has said hello on this connection. */
  get isGreeted(): boolean {
    return this.#view.hello !== undefined;
  }

  /** Whether nothing is on its way that was asked for. */
  get isSettled(): boolean {
    return isCaughtUp(this.#view) && !this.#view.hasAsked && !this.#wantsAll;
  }

  /** Whom the room last took this client for, and its deployed version. */
  get known(): { readonly audience?: string; readonly version?: string } {
    return this.#known ?? {};
  }

  /** What to resume from; nowhere asks for everything. */
  get question(): Cursor {
    return (this.#wantsAll ? undefined : this.#view.cursor) ?? NOWHERE;
  }

  /** Whether everything is asked for, although there is something. */
  get wantsAll(): boolean {
    return this.#wantsAll;
  }

  /** A connection is begun, or one is joined that was begun `before`. */
  dialing(when: "now" | "before"): void {
    this.#handover.dialing(when);
    this.#view = reconnected(this.#view);
    this.#wantsAll = false;
  }

  /** There is no connection. */
  lost(): void {
    this.#handover.lost();
    this.#view = reconnected(this.#view);
    this.#wantsAll = false;
  }

  /** Takes a frame; `resume` says that the room is to be asked the {@link question}. */
  heard(frame: ServerFrame | "garbled"): Did {
    const [view, did] = take(this.#view, frame);
    this.#view = view;
    if (view.hello) this.#known = { audience: view.hello.audience, version: view.hello.version };
    if (did === "replace") {
      this.#wantsAll = false;
      this.#handover.replaced();
    }
    return this.#settle() === "ask" ? this.askForAll() : did;
  }

  /** The room is to be asked for everything. */
  askForAll(): Did {
    this.#wantsAll = true;
    this.#view = asked(this.#view);
    return "resume";
  }

  /** Shows what a poll answered, while so much waits in the app's outbox; `resume` as above. */
  polled(answer: Polled | void, pending: number): Did {
    if (answer) this.#polled = replaced(this.entities, answer.entities);
    this.#handover.polled(pending);
    return this.#settle() === "ask" ? this.askForAll() : "ignore";
  }

  /** No poll is going to tell that the app's outbox is empty. */
  pollGone(): Did {
    this.#handover.pollGone();
    return this.#settle() === "ask" ? this.askForAll() : "ignore";
  }

  /** Trusts its place no more: asks for everything on the next connection. What is shown stays. */
  distrust(): void {
    this.#view = { ...this.#view, cursor: undefined };
  }

  /** Shows nothing any more. */
  forget(): void {
    this.lost();
    this.#view = BLANK;
    this.#polled = undefined;
    this.#known = undefined;
  }

  /** All that the room's view is made of, as frames: for another tab. */
  frames(): ServerFrame[] {
    const { hello, cursor, entities } = this.#view;
    const snapshot = cursor && {
      type: "snapshot" as const,
      ...cursor,
      part: 1,
      parts: 1,
      entities: listOf(entities),
    };
    // As if the room had just said hello: one of long ago would read as a reminder that much is missing.
    const isBeyond = hello && cursor?.epoch === hello.epoch && cursor.seq > hello.seq;
    const greeting = isBeyond ? { ...hello, seq: cursor.seq } : hello;
    return [greeting, snapshot].filter((frame) => frame !== undefined);
  }

  /** Goes over to the room's view as soon as nothing can go backwards by it. */
  #settle(): "ask" | "wait" | "live" {
    if (!isCaughtUp(this.#view)) return "wait";
    const next = this.#handover.whole();
    if (next === "live" && this.#polled) {
      this.#view = { ...this.#view, entities: kept(this.#polled, this.#view.entities) };
      this.#polled = undefined;
    }
    return next;
  }
}

function listOf(entities: Entities): Entity[] {
  const tables = Object.entries(entities) as [KindName, Readonly<Record<string, object>>][];
  return tables.flatMap(([kind, table]) =>
    Object.entries(table).map(([key, value]) => ({ kind, key, value }) as Entity),
  );
}

/**
 * A client's side of the protocol, without a socket: frames in, what to do out.
 *
 * Copy it, or write your own in any language: `client.json` holds both to the same.
 */
import { applyMergePatch, type JsonObject } from "../src/merge-patch.ts";
import type { Cursor, Entity, ServerFrame } from "../src/protocol.ts";

type Of<T extends ServerFrame["type"]> = Extract<ServerFrame, { type: T }>;

/** What became of a frame: `resume` says that the client has to send its cursor. */
export type Did = "apply" | "replace" | "keep" | "resume" | "ignore";

/** One audience's view, followed over any number of connections. */
export class Follower {
  /** Where the view stands: what to connect and to resume with. Undefined before the first view. */
  cursor: Cursor | undefined;
  #view = new Map<string, Entity>();
  #parts: Of<"snapshot">[] = [];
  #isNew = true;
  #hasAsked = false;

  /** All that is there, sorted by kind, then key. */
  get entities(): Entity[] {
    const sorted = [...this.#view].sort(([a], [b]) => (a < b ? -1 : 1));
    return sorted.map(([, entity]) => entity);
  }

  /** A connection was opened. */
  connect(): void {
    this.#isNew = true;
    this.#hasAsked = false;
    this.#parts = [];
  }

  /** Takes a frame; of the types it doesn't know it makes nothing. */
  take(frame: ServerFrame): Did {
    if (frame.type === "hello") return this.#hello(frame);
    if (frame.type === "snapshot") return this.#snapshot(frame);
    if (frame.type === "delta") return this.#delta(frame);
    return frame.type === "stale" ? this.#resume() : "ignore";
  }

  /** Behind the first hello comes what was missed, behind one of another epoch a snapshot. */
  #hello({ epoch, seq }: Of<"hello">): Did {
    const isReminder = !this.#isNew && epoch === this.cursor?.epoch;
    this.#isNew = false;
    this.#parts = [];
    return isReminder && seq !== this.cursor?.seq ? this.#ask() : "ignore";
  }

  #snapshot(frame: Of<"snapshot">): Did {
    const { epoch, seq, part, parts } = frame;
    if (part === 1) this.#parts = [];
    this.#parts.push(frame);
    if (part !== this.#parts.length) return this.#ask();
    if (part < parts) return "keep";
    const entities = this.#parts.flatMap((one) => one.entities);
    this.#view = new Map(entities.map((entity) => [nameOf(entity), entity]));
    this.#parts = [];
    this.#arrived({ epoch, seq });
    return "replace";
  }

  #delta({ epoch, from, seq, changes }: Of<"delta">): Did {
    if (epoch !== this.cursor?.epoch) return this.#ask();
    if (seq <= this.cursor.seq) return "ignore";
    if ((from ?? seq) !== this.cursor.seq + 1) return this.#ask();
    for (const { op, ...entity } of changes) {
      const name = nameOf(entity);
      if (!("value" in entity)) this.#view.delete(name);
      else if (op === "put") this.#view.set(name, entity);
      else {
        const old = this.#view.get(name)?.value as JsonObject | undefined;
        const value = applyMergePatch(old, entity.value as JsonObject) as JsonObject;
        this.#view.set(name, { ...entity, value });
      }
    }
    this.#arrived({ epoch, seq });
    return "apply";
  }

  #arrived(cursor: Cursor): void {
    this.cursor = cursor;
    this.#hasAsked = false;
  }

  /** Asks once: what comes before the answer fits as little as what made it ask. */
  #ask(): Did {
    return this.#hasAsked ? "ignore" : this.#resume();
  }

  /** Half a snapshot is worth nothing: the rest of it may never come. */
  #resume(): Did {
    this.#parts = [];
    this.#hasAsked = true;
    return "resume";
  }
}

/** Sorts as kind, then key: a space comes before every character of either. */
function nameOf({ kind, key }: { kind: string; key: string }): string {
  return `${kind} ${key}`;
}

/**
 * A client's side of the protocol, without a socket: frames in, view out. Nothing here is ever
 * changed; `docs/protocol.md` of vttsync ("A client") has these rules, and
 * `../party/vectors/client.json` holds them.
 */
import { changed, NOTHING, replaced } from "./entities.ts";
import type { Cursor, ServerFrame } from "./protocol.ts";
import type { Entities } from "./types.ts";

type Of<T extends ServerFrame["type"]> = Extract<ServerFrame, { type: T }>;

/** One audience's view, followed over any number of connections. */
export interface View {
  readonly entities: Entities;
  /** Where the view stands: what to connect and to resume with. Undefined before the first view. */
  readonly cursor: Cursor | undefined;
  /** The newest hello of this connection. */
  readonly hello: Of<"hello"> | undefined;
  /** The parts of a snapshot that isn't whole yet. */
  readonly parts: readonly Of<"snapshot">[];
  /** Whether the room was asked what is missing, and hasn't answered. */
  readonly hasAsked: boolean;
}

/** What became of a frame: `resume` says that the room is to be asked what is missing. */
export type Did = "apply" | "replace" | "keep" | "resume" | "ignore";

/** The view after a frame, and what became of it. */
export type Step = readonly [View, Did];

/** Before anything came. */
export const BLANK: View = {
  entities: NOTHING,
  cursor: undefined,
  hello: undefined,
  parts: [],
  hasAsked: false,
};

/** A new connection. */
export function reconnected(view: View): View {
  return { ...view, hello: undefined, parts: [], hasAsked: false };
}

/** The room was asked: half a snapshot is worth nothing then, as the rest of it may never come. */
export function asked(view: View): View {
  return { ...view, parts: [], hasAsked: true };
}

/** Whether all is there that the room had when it said hello. */
export function isCaughtUp({ hello, cursor }: View): boolean {
  return hello !== undefined && hello.epoch === cursor?.epoch && cursor.seq >= hello.seq;
}

/** Takes a frame; `garbled` is one that can't be read. */
export function take(view: View, frame: ServerFrame | "garbled"): Step {
  if (frame === "garbled") return ask(view);
  switch (frame.type) {
    case "hello":
      return takeHello(view, frame);
    case "snapshot":
      return takeSnapshot(view, frame);
    case "delta":
      return takeDelta(view, frame);
    case "stale":
      // Not a question that needs an answer: there is none where nothing was missed.
      return [{ ...view, parts: [] }, "resume"];
    default:
      return [view, "ignore"];
  }
}

/** Behind the first hello comes what was missed, behind one of another epoch a snapshot. */
function takeHello(view: View, hello: Of<"hello">): Step {
  const { cursor } = view;
  const isReminder = view.hello !== undefined && hello.epoch === cursor?.epoch;
  const greeted = { ...view, hello, parts: [] };
  return isReminder && hello.seq !== cursor.seq ? ask(greeted) : [greeted, "ignore"];
}

function takeSnapshot(view: View, frame: Of<"snapshot">): Step {
  const { epoch, seq, part } = frame;
  const parts = [...(part === 1 ? [] : view.parts), frame];
  if (part !== parts.length || part > frame.parts || !parts.every((one) => isOfOne(one, frame))) return ask(view);
  if (part < frame.parts) return [{ ...view, parts }, "keep"];
  const entities = replaced(
    view.entities,
    parts.flatMap((one) => one.entities),
  );
  return [{ ...view, entities, cursor: { epoch, seq }, parts: [], hasAsked: false }, "replace"];
}

function takeDelta(view: View, { epoch, from, seq, changes }: Of<"delta">): Step {
  const { cursor } = view;
  if (epoch !== cursor?.epoch) return ask(view);
  if (seq <= cursor.seq) return [view, "ignore"];
  if ((from ?? seq) !== cursor.seq + 1) return ask(view);
  const entities = changed(view.entities, changes);
  return [{ ...view, entities, cursor: { epoch, seq }, hasAsked: false }, "apply"];
}

function isOfOne(a: Of<"snapshot">, b: Of<"snapshot">): boolean {
  return a.epoch === b.epoch && a.seq === b.seq && a.parts === b.parts;
}

/** Asks once: what comes before the answer fits as little as what made it ask. */
function ask(view: View): Step {
  return view.hasAsked ? [view, "ignore"] : [asked(view), "resume"];
}

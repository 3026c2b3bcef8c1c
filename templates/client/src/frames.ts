/** What comes from the room, looked at before anything is made of it. */
import { isEntity } from "./entities.ts";
import { isObject } from "./merge.ts";
import { PROTOCOL, type ServerFrame } from "./protocol.ts";

/** No room sends as much in one frame: 16 times `frameBytes`, the protocol's limit. */
const MOST = 8 * 1024 * 1024;

/**
 * A frame, or what is wrong: `garbled` may have held changes, so the room has to be asked again;
 * `foreign` is a hello in another version of the protocol; `unknown` is of a type to come.
 */
export type Read = ServerFrame | "garbled" | "foreign" | "unknown";

/** Reads a message, without an exception whatever it is. */
export function readFrame(message: unknown): Read {
  if (typeof message !== "string" || message.length > MOST) return "garbled";
  try {
    return checked(JSON.parse(message));
  } catch {
    return "garbled";
  }
}

function checked(frame: unknown): Read {
  if (!isObject(frame) || typeof frame.type !== "string") return "garbled";
  if (frame.type === "hello" && frame.protocol !== PROTOCOL) return "foreign";
  const check = checks[frame.type as ServerFrame["type"]];
  if (!Object.hasOwn(checks, frame.type)) return "unknown";
  return check(frame) ? (frame as unknown as ServerFrame) : "garbled";
}

type Fields = Readonly<Record<string, unknown>>;

/** Only what would break the client: the room's own tests hold it to the rest. */
const checks: { readonly [T in ServerFrame["type"]]: (frame: Fields) => boolean } = {
  hello: (frame) => isPlace(frame) && isText(frame.audience) && isText(frame.version),
  snapshot: (frame) =>
    isPlace(frame) && isCount(frame.part) && isCount(frame.parts) && isListOf(frame.entities, isEntity),
  delta: (frame) =>
    isPlace(frame) &&
    (frame.from === undefined || isCount(frame.from)) &&
    isListOf(frame.changes, isChange),
  stale: () => true,
  presence: (frame) => isListOf(frame.items, isItem),
  error: (frame) => isText(frame.code) && isText(frame.message),
};

function isPlace({ epoch, seq }: Fields): boolean {
  return isText(epoch) && epoch !== "" && isCount(seq);
}

function isChange(change: unknown): boolean {
  if (!isObject(change)) return false;
  if (change.op === "del") return isText(change.kind) && isText(change.key);
  return (change.op === "put" || change.op === "patch") && isEntity(change);
}

function isItem(item: unknown): boolean {
  return (
    isObject(item) &&
    isText(item.user) &&
    isText(item.kind) &&
    (item.value === null || isObject(item.value)) &&
    (item.ttl === undefined || isCount(item.ttl))
  );
}

function isListOf(value: unknown, check: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(check);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** What can be published: whole rows, patches of rows, rows that are gone. */
import { byteLength, jsonText } from "./encoding.ts";
import { TooLargeError } from "./errors.ts";

/** Changes in one publish. This and the next two are the room's limits, `src/limits.ts` there. */
export const MAX_CHANGES = 500;
/** Bytes of a request. */
export const MAX_BODY = 1024 * 1024;
/** Bytes of a row as JSON. */
export const MAX_ROW = 256 * 1024;
/** Bytes of a body around its changes. */
export const FRAME = '{"changes":[]}'.length;

const SESSION = /^[A-Za-z0-9_-]{1,128}$/;
const KEY = /^[A-Za-z0-9_.:-]{1,128}$/;
const FIELDS = ["op", "kind", "key", "rev", "base", "expect", "value"] as const;

export interface Row {
  readonly [field: string]: unknown;
}

/** One change, as it is on the wire. Make it with {@link put}, {@link patch} or {@link del}. */
export interface Change {
  readonly op: "put" | "patch" | "del";
  readonly kind: string;
  readonly key: string;
  readonly rev: number;
  readonly base?: number;
  readonly expect?: Row;
  readonly value?: Row;
}

/**
 * Creates or replaces a row.
 *
 * @param kind what it is, such as `token`.
 * @param key which one.
 * @param rev the row's version in your database: a whole number that grows with each change.
 * @param row the whole row as committed. Fields that are null or undefined are left out, as the
 *   room has no null.
 * @param expect fields that the room's row must have; null stands for a field that isn't there.
 * @throws TypeError, RangeError or {@link TooLargeError}: the room could never take this.
 */
export function put(kind: string, key: string, rev: number, row: Row, expect?: Row): Change {
  const value = withoutNull(row);
  return checked({ op: "put", kind, key, rev, ...(expect && { expect }), value });
}

/**
 * Changes some fields of a row: an RFC 7396 merge patch, in which null deletes.
 *
 * @param rev the row's version after the change.
 * @param base the version that it was made from.
 * @param fields what becomes different.
 * @param expect as for {@link put}.
 * @throws TypeError, RangeError or {@link TooLargeError}: the room could never take this.
 */
export function patch(
  kind: string,
  key: string,
  rev: number,
  base: number,
  fields: Row,
  expect?: Row,
): Change {
  return checked({ op: "patch", kind, key, rev, base, ...(expect && { expect }), value: fields });
}

/**
 * Says that a row is gone. (`delete` in Python; here that is a reserved word.)
 *
 * @param rev above the version that the row had.
 * @throws TypeError or RangeError: the room could never take this.
 */
export function del(kind: string, key: string, rev: number): Change {
  return checked({ op: "del", kind, key, rev });
}

/**
 * Writes one publish as JSON: what an outbox keeps.
 *
 * @throws {@link TooLargeError}, TypeError or RangeError: the room could never take this.
 */
export function changesText(changes: readonly Change[]): string {
  if (changes.length === 0) throw new RangeError("a publish needs a change");
  if (changes.length > MAX_CHANGES) {
    const size = `${changes.length} changes are too many`;
    throw new TooLargeError(`${size}: a publish has ${MAX_CHANGES}`);
  }
  const text = `[${changes.map(changeText).join(",")}]`;
  const size = byteLength(text) - 2 + FRAME;
  if (size > MAX_BODY) {
    throw new TooLargeError(`${size} bytes are too many: a publish has ${MAX_BODY}`);
  }
  return text;
}

/**
 * Cuts any number of changes into publishes within the room's limits, in their order.
 *
 * @throws {@link TooLargeError}: one change is too large by itself.
 */
export function* inPublishes(changes: Iterable<Change>): Generator<Change[]> {
  let part: Change[] = [];
  let size = FRAME;
  for (const change of changes) {
    const added = byteLength(changeText(change)) + 1;
    if (part.length > 0 && (part.length === MAX_CHANGES || size + added > MAX_BODY)) {
      yield part;
      part = [];
      size = FRAME;
    }
    part.push(change);
    size += added;
  }
  if (part.length > 0) yield part;
}

/** Returns the name when a session can have it. @throws RangeError. */
export function checkSession(session: string): string {
  if (SESSION.test(session)) return session;
  const name = JSON.stringify(session);
  throw new RangeError(`${name} names no session: 1 to 128 letters, digits, _ and -`);
}

function changeText(change: Change): string {
  const strange = Object.keys(change).find((name) => !(FIELDS as readonly string[]).includes(name));
  if (strange !== undefined) throw new TypeError(`a change has no field ${strange}`);
  const row = change.op === "put" ? byteLength(jsonText(change.value)) : 0;
  if (row > MAX_ROW) {
    throw new TooLargeError(`${named(change)} has ${row} bytes: a row has at most ${MAX_ROW}`);
  }
  return jsonText(Object.fromEntries(FIELDS.map((name) => [name, change[name]])));
}

function checked(change: Change): Change {
  if (!KEY.test(change.key)) {
    throw new RangeError(`${named(change)}: a key is 1 to 128 letters, digits and _ . : -`);
  }
  for (const name of ["rev", "base"] as const) {
    const number = change[name] ?? 0;
    if (!Number.isSafeInteger(number) || number < 0) {
      throw new RangeError(`${named(change)}: ${name} must be a whole number from 0 to 2**53 - 1`);
    }
  }
  if ((change.base ?? -1) >= change.rev) {
    throw new RangeError(`${named(change)}: base must be below rev`);
  }
  changeText(change);
  return change;
}

function named(change: Change): string {
  return `${change.kind}/${change.key}`;
}

function withoutNull(row: Row): Row {
  const fields = Object.entries(row).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(
    fields.map(([name, inner]) => [name, isPlain(inner) ? withoutNull(inner) : inner]),
  );
}

function isPlain(value: unknown): value is Row {
  const prototype: unknown =
    typeof value === "object" && value !== null ? Object.getPrototypeOf(value) : undefined;
  return prototype === Object.prototype || prototype === null;
}

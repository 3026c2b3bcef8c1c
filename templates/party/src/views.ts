/** Who sees what of a row. Pure: rows in, views out. */
import { kinds, type Audience, type Kind, type KindName, type Ref } from "./kinds.ts";
import { diffMergePatch, type JsonObject } from "./merge-patch.ts";
import type { ViewChange } from "./protocol.ts";

/** What names one entity. */
export interface EntityId {
  readonly kind: KindName;
  readonly key: string;
}

/** A stored row; `value` is null for a tombstone, which only remembers the rev. */
export interface Row extends EntityId {
  readonly rev: number;
  readonly value: JsonObject | null;
}

/** A row that is not a tombstone. */
export interface LiveRow extends Row {
  readonly value: JsonObject;
}

/** Read access to the rows of one session. */
export interface Rows {
  /** The row or its tombstone; undefined when it was never stored. */
  get(id: EntityId): Row | undefined;
  /** The live rows with a ref to this entity, sorted by kind and key. */
  referrers(id: EntityId): LiveRow[];
}

/** A kind with its row type forgotten, for code that handles every kind alike. */
interface AnyKind {
  hiddenFrom?(row: JsonObject): readonly Audience[];
  readonly onlyFor?: { readonly [field: string]: readonly Audience[] | undefined };
  readonly refs?: { readonly [field: string]: Ref | undefined };
}

const anyKinds = kinds as unknown as Readonly<Record<KindName, AnyKind>>;

/** A field of a row that names another entity. */
export interface Link {
  readonly field: string;
  readonly ref: Ref;
  readonly target: EntityId;
}

/** The entities that a row names. */
export function linksOf(kind: KindName, value: JsonObject): Link[] {
  const links: Link[] = [];
  for (const [field, ref] of Object.entries(anyKinds[kind].refs ?? {})) {
    const key = value[field];
    if (ref && typeof key === "string") {
      links.push({ field, ref, target: { kind: ref.kind as KindName, key } });
    }
  }
  return links;
}

/** The kinds that some row may name: nothing depends on an entity of any other kind. */
export const namedKinds: ReadonlySet<KindName> = new Set(
  Object.values(anyKinds)
    .flatMap(({ refs }) => Object.values(refs ?? {}))
    .flatMap((ref) => (ref ? [ref.kind as KindName] : [])),
);

/** Whether two ids name the same entity. */
export function isSame(a: EntityId, b: EntityId): boolean {
  return a.kind === b.kind && a.key === b.key;
}

/** Whether the row is live. */
export function isLive(row: Row | undefined): row is LiveRow {
  return row !== undefined && row.value !== null;
}

/** Whether an audience sees this row at all. */
export function isVisible(rows: Rows, row: LiveRow, audience: Audience): boolean {
  if (anyKinds[row.kind].hiddenFrom?.(row.value).includes(audience)) return false;
  return linksOf(row.kind, row.value).every(({ ref, target }) => {
    if (!ref.hidesRow) return true;
    const named = rows.get(target);
    return !isLive(named) || isVisible(rows, named, audience);
  });
}

/** What an audience sees of an entity; undefined when it sees nothing. */
export function viewOf(rows: Rows, id: EntityId, audience: Audience): JsonObject | undefined {
  const row = rows.get(id);
  if (!isLive(row) || !isVisible(rows, row, audience)) return undefined;
  const { onlyFor } = anyKinds[row.kind];
  const concealed = new Set(
    linksOf(row.kind, row.value)
      .filter(({ ref }) => ref.hidesField?.includes(audience))
      .filter(({ target }) => !canSee(rows, target, audience))
      .map(({ field }) => field),
  );
  const seen = Object.entries(row.value).filter(
    ([field]) => !concealed.has(field) && (onlyFor?.[field]?.includes(audience) ?? true),
  );
  return Object.fromEntries(seen);
}

/** What to tell an audience so that its view of an entity goes from `before` to `after`. */
export function viewChange(
  { kind, key }: EntityId,
  before: JsonObject | undefined,
  after: JsonObject | undefined,
): ViewChange | undefined {
  if (!after) return before ? { op: "del", kind, key } : undefined;
  if (!before) return { op: "put", kind, key, value: after };
  const patch = diffMergePatch(before, after);
  if (Object.keys(patch).length === 0) return undefined;
  return { op: "patch", kind, key, value: patch };
}

function canSee(rows: Rows, id: EntityId, audience: Audience): boolean {
  const row = rows.get(id);
  return isLive(row) && isVisible(rows, row, audience);
}

/**
 * Checks what the types can't: every ref names a kind, and no kind hides itself in a circle.
 *
 * @throws Error naming the field. Run when the Worker starts, so a mistake never goes live.
 */
export function checkKinds(all: Readonly<Record<string, Pick<Kind, "refs">>>): void {
  const walk = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) throw new Error(`kinds hide each other: ${[...path, name].join(" > ")}`);
    for (const [field, ref] of Object.entries<Ref | undefined>(all[name]?.refs ?? {})) {
      if (!ref) continue;
      if (!Object.hasOwn(all, ref.kind)) throw new Error(`${name}.${field} names no kind: ${ref.kind}`);
      if (ref.hidesRow) walk(ref.kind, [...path, name]);
    }
  };
  for (const name of Object.keys(all)) walk(name, []);
}

checkKinds(kinds);

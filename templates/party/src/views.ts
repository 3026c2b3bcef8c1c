/** Who sees what of a row. Pure: rows in, views out. */
import {
  kinds,
  presenceKinds,
  ROLES,
  type Audience,
  type Derived,
  type Kind,
  type KindName,
  type PresenceName,
  type Ref,
  type Role,
  type Viewer,
} from "./kinds.ts";
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
  /** How many live rows each user owns; who owns none is not in it. */
  owners(): ReadonlyMap<string, number>;
}

/** A kind with its row type forgotten, for code that handles every kind alike. */
interface AnyKind {
  ownedBy?(row: JsonObject): readonly string[];
  hiddenFrom?(row: JsonObject): readonly Viewer[];
  readonly onlyFor?: { readonly [field: string]: readonly Viewer[] | undefined };
  readonly refs?: { readonly [field: string]: Ref | undefined };
  readonly derived?: { readonly [field: string]: Derived };
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
  return linksBy(anyKinds[kind].refs, value);
}

function linksBy(refs: AnyKind["refs"], value: JsonObject): Link[] {
  const links: Link[] = [];
  for (const [field, ref] of Object.entries(refs ?? {})) {
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

/** The derived fields for which a row of this kind is listed by way of this link. */
export function listingsOf({ ref, field }: Link, kind: KindName): Derived[] {
  const derived = Object.values(anyKinds[ref.kind as KindName].derived ?? {});
  return derived.filter(({ from, via }) => from === kind && via === field);
}

/** Whether two ids name the same entity. */
export function isSame(a: EntityId, b: EntityId): boolean {
  return a.kind === b.kind && a.key === b.key;
}

/** Whether the row is live. */
export function isLive(row: Row | undefined): row is LiveRow {
  return row !== undefined && row.value !== null;
}

/** The users who own a row; a row that is not there is nobody's. */
export function ownersOf(row: Row | undefined): readonly string[] {
  if (!isLive(row)) return [];
  return anyKinds[row.kind].ownedBy?.(row.value) ?? [];
}

/** The audience of one user. */
export function userAudience(user: string): Audience {
  return `user:${user}`;
}

/** Every audience there is: the roles, then each user who owns a row, sorted. */
export function audiencesOf(rows: Rows): Audience[] {
  return [...ROLES, ...[...rows.owners().keys()].sort().map(userAudience)];
}

/** How an audience stands to a row: a user is its owner, or a player like any other. */
export function viewerOf(row: LiveRow, audience: Audience): Viewer {
  if (isRole(audience)) return audience;
  return ownersOf(row).some((user) => userAudience(user) === audience) ? "owner" : "player";
}

function isRole(audience: Audience): audience is Role {
  return (ROLES as readonly Audience[]).includes(audience);
}

/** Whether an audience sees this row at all. */
export function isVisible(rows: Rows, row: LiveRow, audience: Audience): boolean {
  const { hiddenFrom } = anyKinds[row.kind];
  if (hiddenFrom?.(row.value).includes(viewerOf(row, audience))) return false;
  return linksOf(row.kind, row.value).every(({ ref, target }) => {
    if (!ref.hidesRow) return true;
    const named = rows.get(target);
    return isLive(named) ? isVisible(rows, named, audience) : audience === "gm";
  });
}

/** What an audience sees of an entity; undefined when it sees nothing. */
export function viewOf(rows: Rows, id: EntityId, audience: Audience): JsonObject | undefined {
  const row = rows.get(id);
  if (!isLive(row) || !isVisible(rows, row, audience)) return undefined;
  const { onlyFor, derived } = anyKinds[row.kind];
  const viewer = viewerOf(row, audience);
  const concealed = new Set(
    linksOf(row.kind, row.value)
      .filter(({ ref }) => ref.hidesField?.includes(viewer))
      .filter(({ target }) => !canSee(rows, target, audience))
      .map(({ field }) => field),
  );
  const seen = Object.entries(row.value).filter(
    ([field]) => !concealed.has(field) && (onlyFor?.[field]?.includes(viewer) ?? true),
  );
  const listed = Object.entries(derived ?? {}).map(
    ([field, listing]) => [field, listedKeys(rows, row, listing, audience)] as const,
  );
  return Object.fromEntries([...seen, ...listed]);
}

/** `referrers` is sorted by key, and sorting keeps that where `compare` finds no difference. */
function listedKeys(
  rows: Rows,
  row: LiveRow,
  { from, via, compare }: Derived,
  audience: Audience,
): string[] {
  return rows
    .referrers(row)
    .filter(({ kind, value }) => kind === from && value[via] === row.key)
    .filter((named) => isVisible(rows, named, audience))
    .sort((a, b) => compare(a.value, b.value))
    .map(({ key }) => key);
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

/** Whether an audience may be shown this presence: it sees every entity that is named. */
export function isPresenceVisible(
  rows: Rows,
  name: PresenceName,
  value: JsonObject,
  audience: Audience,
): boolean {
  return linksBy(presenceKinds[name].refs, value).every(({ target }) =>
    canSee(rows, target, audience),
  );
}

/** Whether an audience may send this presence: it sees what is named, and stands right to it. */
export function maySendPresence(
  rows: Rows,
  name: PresenceName,
  value: JsonObject,
  audience: Audience,
): boolean {
  const { refs, senders } = presenceKinds[name];
  return linksBy(refs, value).every(({ target }) => {
    const row = rows.get(target);
    if (!isLive(row) || !isVisible(rows, row, audience)) return false;
    return senders.includes(viewerOf(row, audience));
  });
}

/**
 * Checks what the types can't: every ref names a kind, no kind hides itself in a circle, and what
 * is derived is from a ref to it and no field of the row.
 *
 * @throws Error naming the field. Run when the Worker starts, so a mistake never goes live.
 */
export function checkKinds(all: CheckedKinds): void {
  const walk = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) throw new Error(`kinds hide each other: ${[...path, name].join(" > ")}`);
    for (const [field, ref] of refsOf(all, name)) {
      if (!Object.hasOwn(all, ref.kind)) throw new Error(`${name}.${field} names no kind: ${ref.kind}`);
      if (ref.hidesRow) walk(ref.kind, [...path, name]);
    }
  };
  for (const name of Object.keys(all)) walk(name, []);
  for (const name of Object.keys(all)) checkDerived(all, name);
}

type CheckedKinds = Readonly<Record<string, Partial<Pick<Kind, "row" | "refs" | "derived">>>>;

function checkDerived(all: CheckedKinds, name: string): void {
  for (const [field, { from, via }] of Object.entries(all[name]?.derived ?? {})) {
    const ref = refsOf(all, from).find(([known]) => known === via)?.[1];
    if (ref?.kind !== name) throw new Error(`${name}.${field}: ${from}.${via} does not name a ${name}`);
    if (Object.hasOwn(all[name]?.row?.shape ?? {}, field)) {
      throw new Error(`${name}.${field} is both stored and derived`);
    }
  }
}

function refsOf(all: CheckedKinds, name: string): [string, Ref][] {
  const refs = Object.entries<Ref | undefined>(all[name]?.refs ?? {});
  return refs.flatMap(([field, ref]) => (ref ? [[field, ref] as [string, Ref]] : []));
}

checkKinds(kinds);

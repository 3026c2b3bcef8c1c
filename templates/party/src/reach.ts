/** How far a change goes: which entities an audience may see changed by it. Pure. */
import { byKindAndKey, nameOf, type Draft } from "./draft.ts";
import type { Audience, Derived } from "./kinds.ts";
import { isLive, isVisible, linksOf, listingsOf } from "./views.ts";
import type { EntityId, Row, Rows } from "./views.ts";

/**
 * The entities whose view a step may have changed for an audience: those written, then outwards,
 * sorted at each distance, those that depend on one that appeared, went or moved for it.
 *
 * It asks about one audience at a time because the order of what it is told must not depend on
 * what it can't see.
 */
export function reach(before: Rows, step: Draft, audience: Audience): EntityId[] {
  const found = new Map<string, EntityId>();
  let ring: EntityId[] = step.written();
  while (ring.length > 0) {
    for (const { kind, key } of ring) found.set(nameOf({ kind, key }), { kind, key });
    const next = ring.flatMap((id) => dependents(before, step, id, audience));
    const fresh = new Map(next.map((id) => [nameOf(id), id]));
    ring = [...fresh].filter(([name]) => !found.has(name)).map(([, id]) => id).sort(byKindAndKey);
  }
  return [...found.values()];
}

function dependents(before: Rows, step: Rows, id: EntityId, audience: Audience): EntityId[] {
  const old = before.get(id);
  const now = step.get(id);
  const was = standing(before, old, audience);
  const is = standing(step, now, audience);
  const lists = was === "seen" || is === "seen" ? [...listersOf(old), ...listersOf(now)] : [];
  if (was !== is) return [...step.referrers(id), ...lists.map(({ target }) => target)];
  return lists.filter(({ listing }) => hasMoved(old, now, listing)).map(({ target }) => target);
}

/** Absent and hidden are two things: a row that names an entity that is absent shows. */
function standing(rows: Rows, row: Row | undefined, audience: Audience): string {
  if (!isLive(row)) return "absent";
  return isVisible(rows, row, audience) ? "seen" : "hidden";
}

interface Lister {
  readonly target: EntityId;
  readonly listing: Derived;
}

/** The entities that have a derived field in which this row is listed. */
function listersOf(row: Row | undefined): Lister[] {
  if (!isLive(row)) return [];
  return linksOf(row.kind, row.value).flatMap((link) =>
    listingsOf(link, row.kind).map((listing) => ({ target: link.target, listing })),
  );
}

function hasMoved(old: Row | undefined, now: Row | undefined, listing: Derived): boolean {
  if (!isLive(old) || !isLive(now)) return false;
  const { via, compare } = listing;
  return old.value[via] !== now.value[via] || compare(old.value, now.value) !== 0;
}

/** What a publish request does, worked out before anything is stored or sent. Pure. */
import { Sights, type Sight } from "./batch.ts";
import { byKindAndKey, Draft, nameOf } from "./draft.ts";
import { kinds, type Audience } from "./kinds.ts";
import { applyMergePatch, findNull, jsonEqual, type Json, type JsonObject } from "./merge-patch.ts";
import { type PublishChange, type RowVersion, type ViewChange } from "./protocol.ts";
import { LIMITS } from "./limits.ts";
import { reach } from "./reach.ts";
import { badChange, Refusal, refuseIssue } from "./refusal.ts";
import { audiencesOf, isLive, isSame, linksOf, userAudience, viewOf } from "./views.ts";
import type { EntityId, LiveRow, Row, Rows } from "./views.ts";

/** Everything that follows from a request: what to store, what to answer, whom to tell what. */
export interface Plan {
  readonly applied: RowVersion[];
  readonly duplicates: RowVersion[];
  /** Rows to store, tombstones included. */
  readonly writes: Row[];
  /** The changes for each audience whose view changed; the others are not in the map. */
  readonly deltas: Map<Audience, ViewChange[]>;
  /** For each change in `deltas`, at the same place, what the audience saw before. */
  readonly before: Map<Audience, Sight[]>;
  /**
   * The users who gained their first row or lost their last, sorted. They are in another audience
   * now and need its snapshot: the audience that begins or ends has no delta.
   */
  readonly moved: string[];
}

type PatchChange = Extract<PublishChange, { op: "patch" }>;
type RowChange = Exclude<PublishChange, { op: "del" }>;

/**
 * Works out a publish request against the stored rows.
 *
 * @throws {@link Refusal} `expect_mismatch`, `base_mismatch`, `too_large` or `bad_change`; then
 *   nothing of the request counts.
 */
export function planPublish(changes: readonly PublishChange[], stored: Rows): Plan {
  const before = new Draft(stored);
  const draft = new Draft(before);
  const applied: RowVersion[] = [];
  const duplicates: RowVersion[] = [];
  const allSights = audiencesOf(before).map((audience) => new Sights(audience));

  changes.forEach((change, index) => {
    const { kind, key, rev } = change;
    const current = draft.get(change);
    if (current && rev <= current.rev) {
      duplicates.push({ kind, key, rev });
      return;
    }
    const step = new Draft(draft);
    step.write({ kind, key, rev, value: nextValue(change, current, index) });
    if (change.op === "del") deleteDependents(change, step);
    for (const sights of allSights) sights.keepChanged(reach(draft, step, sights.audience), draft, step);
    step.written().forEach((row) => draft.write(row));
    applied.push({ kind, key, rev });
  });

  const moved = movedUsers(before.owners(), draft.owners());
  const ended = new Set(moved.map(userAudience));
  const staying = allSights.filter(({ audience }) => !ended.has(audience));
  return { applied, duplicates, writes: draft.written(), moved, ...told(staying, draft) };
}

function told(allSights: readonly Sights[], now: Rows): Pick<Plan, "deltas" | "before"> {
  const changed = allSights
    .map((sights) => [sights.audience, sights.netChanges(now)] as const)
    .filter(([, changes]) => changes.length > 0);
  return {
    deltas: new Map(changed.map(([who, changes]) => [who, changes.map(({ change }) => change)])),
    before: new Map(changed.map(([who, changes]) => [who, changes.map(({ before }) => before)])),
  };
}

function movedUsers(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): string[] {
  const lost = [...before.keys()].filter((user) => !after.has(user));
  const gained = [...after.keys()].filter((user) => !before.has(user));
  return [...lost, ...gained].sort();
}

function nextValue(change: PublishChange, current: Row | undefined, index: number): JsonObject | null {
  if (change.op === "del") return null;
  checkExpected(change, current, index);
  const place = ["changes", index, "value"];
  const value = change.op === "put" ? change.value : patched(change, current, index);
  const row = kinds[change.kind].row.safeParse(value);
  if (!row.success) throw refuseIssue(row.error, place);
  const hole = findNull(row.data as JsonObject);
  if (hole) throw badChange("null is not a value here: leave the field out", [...place, ...hole]);
  checkSize(change, row.data as JsonObject, index);
  return row.data as JsonObject;
}

function checkExpected(change: RowChange, current: Row | undefined, index: number): void {
  const expected = Object.entries((change.expect ?? {}) as JsonObject);
  const stored = isLive(current) ? current.value : {};
  const found: [string, Json][] = expected.map(([field]) => [
    field,
    Object.hasOwn(stored, field) ? (stored[field] ?? null) : null,
  ]);
  if (expected.every(([, value], place) => jsonEqual(value, found[place]?.[1]))) return;
  throw new Refusal(409, {
    code: "expect_mismatch",
    message: `${nameOf(change)}: the stored row is not as expected; see found`,
    change: index,
    found: Object.fromEntries(found),
  });
}

function checkSize(id: EntityId, value: JsonObject, index: number): void {
  const bytes = new TextEncoder().encode(JSON.stringify(value)).length;
  if (bytes <= LIMITS.rowBytes) return;
  const path = `/changes/${index}/value`;
  const message = `${path}: ${nameOf(id)} has ${bytes} bytes of JSON; a row may have ${LIMITS.rowBytes}`;
  throw new Refusal(413, { code: "too_large", message, change: index, path });
}

function patched(change: PatchChange, current: Row | undefined, index: number): Json {
  if (!isLive(current) || current.rev !== change.base) throw baseMismatch(change, current, index);
  return applyMergePatch(current.value, change.value as JsonObject);
}

function baseMismatch(
  change: PatchChange,
  current: Row | undefined,
  index: number,
): Refusal {
  const stored = isLive(current) ? current.rev : null;
  const found = stored === null ? "there is no such row" : `the stored rev is ${stored}`;
  const message = `${nameOf(change)}: base is ${change.base} but ${found}; send a put instead`;
  return new Refusal(409, { code: "base_mismatch", message, change: index, stored });
}

/** Tombstones keep their rev: the database never gave these deletions one of their own. */
function deleteDependents(id: EntityId, step: Draft): void {
  for (const row of step.referrers(id)) {
    const goes = linksOf(row.kind, row.value).some(
      ({ ref, target }) => ref.deletesRow && isSame(target, id),
    );
    if (!goes) continue;
    step.write({ ...row, value: null });
    deleteDependents(row, step);
  }
}

/** What an audience sees of a whole session, sorted by kind, then key. */
export function entitiesFor(
  rows: Rows,
  live: readonly LiveRow[],
  audience: Audience,
): { kind: EntityId["kind"]; key: string; value: JsonObject }[] {
  return [...live].sort(byKindAndKey).flatMap(({ kind, key }) => {
    const value = viewOf(rows, { kind, key }, audience);
    return value ? [{ kind, key, value }] : [];
  });
}

/** What a publish request does, worked out before anything is stored or sent. Pure. */
import { byKindAndKey, Draft, nameOf } from "./draft.ts";
import { AUDIENCES, kinds, type Audience } from "./kinds.ts";
import { applyMergePatch, findNull, type Json, type JsonObject } from "./merge-patch.ts";
import type { PublishChange, RowVersion, ViewChange } from "./protocol.ts";
import { badChange, Refusal, refuseIssue } from "./refusal.ts";
import { isLive, isSame, isVisible, linksOf, viewChange, viewOf } from "./views.ts";
import type { EntityId, LiveRow, Row, Rows } from "./views.ts";

/** Everything that follows from a request: what to store, what to answer, whom to tell what. */
export interface Plan {
  readonly applied: RowVersion[];
  readonly duplicates: RowVersion[];
  /** Rows to store, tombstones included. */
  readonly writes: Row[];
  /** The changes for each audience whose view changed; the others are not in the map. */
  readonly deltas: Map<Audience, ViewChange[]>;
}

type PatchChange = Extract<PublishChange, { op: "patch" }>;

/**
 * Works out a publish request against the stored rows.
 *
 * @throws {@link Refusal} `base_mismatch` or `bad_change`; then nothing of the request counts.
 */
export function planPublish(changes: readonly PublishChange[], stored: Rows): Plan {
  const before = new Draft(stored);
  const draft = new Draft(before);
  const applied: RowVersion[] = [];
  const duplicates: RowVersion[] = [];
  const touched = new Map<string, EntityId>();

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
    for (const id of reach(draft, step)) touched.set(nameOf(id), id);
    step.written().forEach((row) => draft.write(row));
    applied.push({ kind, key, rev });
  });

  const deltas = deltasOf(before, draft, [...touched.values()]);
  return { applied, duplicates, writes: draft.written(), deltas };
}

function nextValue(change: PublishChange, current: Row | undefined, index: number): JsonObject | null {
  if (change.op === "del") return null;
  const place = ["changes", index, "value"];
  const value = change.op === "put" ? change.value : patched(change, current, index);
  const row = kinds[change.kind].row.safeParse(value);
  if (!row.success) throw refuseIssue(row.error, place);
  const hole = findNull(row.data as JsonObject);
  if (hole) throw badChange("null is not a value here: leave the field out", [...place, ...hole]);
  return row.data as JsonObject;
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

/**
 * The entities whose view one step may have changed: those written, then outwards those that
 * name an entity which appeared or went for someone.
 */
function reach(before: Rows, step: Draft): EntityId[] {
  const found = new Map<string, EntityId>(step.written().map((row) => [nameOf(row), row]));
  // A map can grow while it is walked, which makes this breadth first.
  for (const id of found.values()) {
    if (standing(before, id) === standing(step, id)) continue;
    for (const row of step.referrers(id)) {
      if (!found.has(nameOf(row))) found.set(nameOf(row), { kind: row.kind, key: row.key });
    }
  }
  return [...found.values()];
}

/** Whether an entity exists, and for whom. */
function standing(rows: Rows, id: EntityId): string {
  const row = rows.get(id);
  if (!isLive(row)) return "absent";
  return AUDIENCES.filter((audience) => isVisible(rows, row, audience)).join();
}

function deltasOf(before: Rows, after: Rows, ids: readonly EntityId[]): Map<Audience, ViewChange[]> {
  const deltas = new Map<Audience, ViewChange[]>();
  for (const audience of AUDIENCES) {
    const changes = ids
      .map((id) => viewChange(id, viewOf(before, id, audience), viewOf(after, id, audience)))
      .filter((change) => change !== undefined);
    if (changes.length > 0) deltas.set(audience, changes);
  }
  return deltas;
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

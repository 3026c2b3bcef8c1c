/** A room in memory, and clients that make what they can of what they are told. */
import { Draft } from "../src/draft.ts";
import type { Audience, KindName } from "../src/kinds.ts";
import { applyMergePatch, type JsonObject } from "../src/merge-patch.ts";
import type { PublishChange, ViewChange } from "../src/protocol.ts";
import { entitiesFor, planPublish, type Plan } from "../src/publish.ts";
import { isLive, type EntityId, type LiveRow } from "../src/views.ts";
import { aScene, aToken } from "./client.ts";

/** A change before it has a rev: those depend on what the room has by then. */
export type Intent = EntityId &
  (
    | { op: "put" | "patch"; value: JsonObject }
    /** A patch if the row is hidden then, else nothing. */
    | { op: "whileHidden"; value: JsonObject }
    /** `stale` deletes with a rev that is too low. */
    | { op: "del" | "stale" }
  );

/** Rows in memory, each at rev 1: these, and the scene that most of them are in. */
export function rows(...stored: (readonly [KindName, string, object])[]): Draft {
  const draft = noRows();
  for (const [kind, key, value] of [["scene", "scn", aScene], ...stored] as const) {
    draft.write({ kind, key, rev: 1, value: value as JsonObject });
  }
  return draft;
}

/** A room without any row. */
export function noRows(): Draft {
  return new Draft({ get: () => undefined, referrers: () => [], owners: () => new Map() });
}
const combat = { sceneId: "scn", active: true, round: 1, turn: 0, combatantId: "c1" };
/** A scene with a fight, a wall and an onlooker. */
export const table = (): Draft =>
  rows(
    ["token", "a", aToken],
    ["token", "b", aToken],
    ["combat", "cmb", combat],
    ["combatant", "c2", { combatId: "cmb", tokenId: "a", name: "Ogre's mate", initiative: 9 }],
    ["combatant", "c1", { combatId: "cmb", tokenId: "a", name: "Ogre", initiative: 12 }],
    ["wall", "w", { sceneId: "scn", points: [[0, 0], [1, 1]] }],
  );

/** Plans a publish of these changes. */
export function plan(stored: Draft, ...changes: object[]): Plan {
  return planPublish(changes as PublishChange[], stored);
}

/** Stores what a plan says. */
export function store(stored: Draft, { writes }: Plan): void {
  writes.forEach((row) => stored.write(row));
}

/** One session's rows in memory. */
export class Room {
  readonly rows = noRows();

  /** Publishes what of these intents can be done, as one request. */
  publish(intents: readonly Intent[]): Plan {
    const draft = new Draft(this.rows);
    const changes: object[] = [];
    for (const intent of intents) {
      const change = changeOf(intent, draft);
      if (!change) continue;
      changes.push(change);
      store(draft, plan(draft, change));
    }
    const made = plan(this.rows, ...changes);
    store(this.rows, made);
    return made;
  }

  /** What an audience sees of everything, as its snapshot has it. */
  snapshot(audience: Audience): ReturnType<typeof entitiesFor> {
    const live = this.rows.written().filter((row): row is LiveRow => isLive(row));
    return entitiesFor(this.rows, live, audience);
  }
}

function changeOf(intent: Intent, draft: Draft): object | undefined {
  const { kind, key, op, value } = { value: undefined, ...intent };
  const row = draft.get(intent);
  const rev = (row?.rev ?? 0) + 1;
  const change = (rest: object): object => ({ kind, key, rev, ...rest });
  if (op === "put") return change({ op, value });
  if (op === "del") return change({ op });
  if (op === "stale") return change({ op: "del", rev: row?.rev ?? 0 });
  if (!isLive(row)) return undefined;
  if (op === "whileHidden" && row.value["hidden"] !== true) return undefined;
  return change({ op: "patch", base: row.rev, value });
}

/** A client of one audience that only knows what it was told. */
export class Listener {
  readonly #views: Map<string, ViewChange>;

  constructor(snapshot: ReturnType<typeof entitiesFor>) {
    this.#views = new Map(snapshot.map((entity) => [nameOf(entity), { op: "put", ...entity }]));
  }

  /** Does as a client would; a patch of what it doesn't have is a mistake of the room. */
  hear(changes: readonly ViewChange[]): void {
    for (const change of changes) {
      const { kind, key, op } = change;
      const known = this.#views.get(nameOf(change));
      if ((op === "put") === (known !== undefined)) throw new Error(`${op} ${kind}/${key} makes no sense`);
      if (op === "del") this.#views.delete(nameOf(change));
      if (op === "put") this.#views.set(nameOf(change), change);
      if (op !== "patch" || known?.op !== "put") continue;
      const value = applyMergePatch(known.value as JsonObject, change.value as JsonObject) as JsonObject;
      this.#views.set(nameOf(change), { op: "put", kind, key, value });
    }
  }

  /** What it knows, as a snapshot has it. */
  known(): object[] {
    const sorted = [...this.#views].sort(([a], [b]) => (a < b ? -1 : 1));
    return sorted.map(([, { op: _, ...entity }]) => entity);
  }
}

/** Sorts as kind, then key: a space comes before every character of either. */
function nameOf({ kind, key }: { kind: string; key: string }): string {
  return `${kind} ${key}`;
}

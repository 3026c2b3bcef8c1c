/** Random rows and patches of every kind, from few values so that they often meet. */
import * as fc from "fast-check";
import { kinds, type KindName } from "../src/kinds.ts";
import type { Json, JsonObject } from "../src/merge-patch.ts";

/** The keys that rows may name. */
export interface Keys {
  readonly scenes: readonly string[];
  readonly tokens: readonly string[];
  readonly combats: readonly string[];
  readonly combatants: readonly string[];
}

/** What each field of a row may be. */
export type Fields = Readonly<Record<string, fc.Arbitrary<Json>>>;

/** How often each kind comes: those that hang together more than those that hang on a scene. */
export const WEIGHTS: Readonly<Record<KindName, number>> = {
  session: 1,
  scene: 3,
  token: 4,
  combatant: 6,
  combat: 3,
  wall: 1,
  light: 1,
  fog: 1,
  drawing: 1,
  note: 2,
};

/** The keys of a kind's rows: `t1`, `t2`. A combat's begin with m, as c is for combatants. */
export function keysOf(kind: KindName): string[] {
  const letter = kind === "combat" ? "m" : kind === "session" ? "room" : kind.charAt(0);
  return (kind === "combatant" ? [1, 2, 3] : [1, 2]).map((number) => `${letter}${number}`);
}

/** The fields of every kind; `users` are those who may own. */
export function fieldsOf(keys: Keys, users: readonly string[]): Record<KindName, Fields> {
  const few = fc.integer({ min: 0, max: 2 });
  const flag = fc.boolean();
  const word = fc.constantFrom("a", "b");
  const size = fc.constant(1);
  const points = fc.array(fc.tuple(few, few), { minLength: 3, maxLength: 4 });
  const sceneId = fc.constantFrom(...keys.scenes);
  const ownerIds = fc.dictionary(fc.constantFrom(...users), fc.constant(true as const));
  const grid = fc.record({ type: fc.constantFrom("square", "hex"), size: fc.constant(100) });
  const shapes = fc.dictionary(word, fc.record({ op: fc.constantFrom("reveal", "hide"), points }));
  const placed = { sceneId, x: few, y: few };
  return {
    session: { name: word, paused: flag, activeSceneId: sceneId },
    scene: { name: word, width: size, height: size, grid, hidden: flag, sort: few },
    token: { ...placed, name: word, width: size, height: size, hidden: flag, hp: few, gmNotes: word, ownerIds },
    combatant: {
      combatId: fc.constantFrom(...keys.combats),
      tokenId: fc.constantFrom(...keys.tokens),
      name: word,
      initiative: few,
      sort: few,
      hidden: flag,
      defeated: flag,
    },
    combat: { sceneId, active: flag, round: few, turn: few, combatantId: fc.constantFrom(...keys.combatants) },
    wall: { sceneId, points, door: fc.constantFrom("open", "closed") },
    light: { ...placed, range: few },
    fog: { sceneId, mode: fc.constantFrom("off", "manual"), shapes, revision: few },
    drawing: { sceneId, shape: fc.constant("polygon"), points, hidden: flag, text: word },
    note: { ...placed, name: word, text: word, hidden: flag, ownerIds, gmNotes: word },
  };
}

/** A whole row: every field that must be there, and any of the others. */
export function rowOf(kind: KindName, fields: Fields): fc.Arbitrary<JsonObject> {
  const requiredKeys = Object.keys(fields).filter((field) => !isOptional(kind, field));
  return fc.record(fields, { requiredKeys }) as fc.Arbitrary<JsonObject>;
}

/** A patch of any fields; those that may be absent are taken away, too. */
export function patchOf(kind: KindName, fields: Fields): fc.Arbitrary<JsonObject> {
  const patched = Object.entries(fields).map(([field, value]) => {
    const some = field === "ownerIds" ? fc.oneof(value, value.map(nulled)) : value;
    return [field, isOptional(kind, field) ? fc.option(some) : some] as const;
  });
  return fc.record(Object.fromEntries(patched), { requiredKeys: [] }) as fc.Arbitrary<JsonObject>;
}

function nulled(value: Json): Json {
  return Object.fromEntries(Object.keys(value as JsonObject).map((key) => [key, null]));
}

type Shape = Readonly<Record<string, { safeParse(value: unknown): { success: boolean } }>>;

function isOptional(kind: KindName, field: string): boolean {
  const shape: Shape = kinds[kind].row.shape;
  return shape[field]?.safeParse(undefined).success ?? false;
}

/**
 * Pairs of random histories that differ only in what one audience may not see.
 *
 * What is secret is written down here a second time, from the protocol's words and without a look
 * at `kinds.ts`: or else a mistake there would not be one here.
 */
import * as fc from "fast-check";
import { KIND_NAMES, type Audience, type KindName } from "../src/kinds.ts";
import { applyMergePatch, type JsonObject } from "../src/merge-patch.ts";
import { fieldsOf, keysOf, patchOf, rowOf, WEIGHTS, type Fields, type Keys } from "./fields.ts";
import type { Intent } from "./histories.ts";

/**
 * What is there and hidden all the time. It never goes: the rows that name it would show, as they
 * must, and so tell that it went.
 */
export const SECRET_SETTING: readonly Intent[] = [
  {
    op: "put",
    kind: "scene",
    key: "s9",
    value: { name: "Lair", width: 9, height: 9, grid: { type: "hex", size: 9 }, hidden: true },
  },
  {
    op: "put",
    kind: "token",
    key: "t9",
    value: { sceneId: "s1", name: "Spy", x: 0, y: 0, width: 1, height: 1, hidden: true },
  },
  { op: "put", kind: "combat", key: "m9", value: { sceneId: "s9", active: true, round: 0, turn: 0 } },
];

/** What rows name that are in both histories: some are hidden by it. */
const KEYS: Keys = {
  scenes: ["s1", "s2", "none", "s9"],
  tokens: ["t1", "t2", "none", "t9"],
  combats: ["m1", "m2", "none", "m9"],
  combatants: ["c1", "c2", "c3"],
};
const SHARED = fieldsOf(KEYS, ["ann", "bob"]);

/** What rows name that differ, or are in only one history. */
const SECRET = fieldsOf(
  { ...KEYS, tokens: [...KEYS.tokens, "t8"], combatants: ["c1", "c8", "c9"] },
  ["bob", "cat"],
);

/** A step of both histories, as it is in each. */
interface Step {
  readonly first: readonly Intent[];
  readonly second: readonly Intent[];
}

/** Two publishes of each history: one of secrets only, then one of these steps. */
export interface Request {
  readonly secrets: Step;
  readonly steps: readonly Step[];
  /** Whether what was held back is told of then. */
  readonly flush: boolean;
}

/** Histories that are one to this audience; publish {@link SECRET_SETTING} before. */
export function pairs(audience: Audience): fc.Arbitrary<Request[]> {
  const some = fc.array(secretIntent(audience), { maxLength: 2 });
  const secrets = fc.record({ first: some, second: some });
  const shared = fc.oneof(
    ...KIND_NAMES.map((kind) => ({ weight: WEIGHTS[kind], arbitrary: sharedStep(audience, kind) })),
  );
  const steps = fc.array(fc.oneof({ weight: 2, arbitrary: shared }, secrets), { maxLength: 5 });
  const request = fc.record({ secrets, steps, flush: fc.boolean() });
  return fc.array(request, { minLength: 1, maxLength: 12 });
}

/** The rows ann may own when it is she who is told. No other row is ever hers. */
function mayOwn(audience: Audience, kind: KindName, key: string): boolean {
  return audience === "user:ann" && ["token", "note"].includes(kind) && key.endsWith("1");
}

/** The fields of a row all may see that this audience may not: they differ. */
function secretFields(audience: Audience, kind: KindName, key: string): Fields {
  // Whose turn it is in `m1` is always a secret; in `m2` it is as it happens.
  if (key === "m1") return { ...only(SECRET.combat, "turn"), combatantId: fc.constantFrom("c8", "c9") };
  if (kind === "combat") return only(SECRET.combat, "turn");
  if (kind !== "token" && kind !== "note") return {};
  const owned = mayOwn(audience, kind, key) ? [] : ["hp", "ownerIds"];
  return only(SECRET[kind], "gmNotes", ...owned);
}

/** One change in both, with secrets that differ: in the change itself, and in one behind it. */
function sharedStep(audience: Audience, kind: KindName): fc.Arbitrary<Step> {
  return fc.constantFrom(...keysOf(kind)).chain((key) => {
    const secrets = secretFields(audience, kind, key);
    // A turn must be there: the shared one is replaced by whatever is drawn for each.
    const shared = without(SHARED[kind], ...Object.keys(secrets).filter((field) => field !== "turn"));
    // Only a put reveals a row, because then nothing is left of what differed while it was hidden.
    const patched = without(shared, "turn", kind === "scene" ? "" : "hidden");
    const change = fc.oneof(
      fc.record({ op: fc.constant("put" as const), value: rowOf(kind, shared) }),
      fc.record({ op: fc.constant("patch" as const), value: patchOf(kind, patched) }),
      fc.record({ op: fc.constant("del" as const) }),
    );
    const secret = patchOf(kind, secrets);
    const draw = fc.record({ change, first: secret, second: secret, behind: fc.boolean() });
    return draw.map(({ change: drawn, behind, ...values }) => {
      const both: Intent = { kind, key, ...drawn };
      return { first: mix(both, values.first, behind), second: mix(both, values.second, behind) };
    });
  });
}

function mix(both: Intent, secrets: JsonObject, behind: boolean): Intent[] {
  const { kind, key } = both;
  if (behind || both.op === "del") return [both, { op: "patch", kind, key, value: secrets }];
  if (both.op === "patch") return [{ ...both, value: { ...both.value, ...secrets } }];
  if (both.op === "put") return [{ ...both, value: applyMergePatch(both.value, secrets) as JsonObject }];
  return [both];
}

/** A change that this audience sees nothing of. */
function secretIntent(audience: Audience): fc.Arbitrary<Intent> {
  const inLair = { sceneId: "s9" };
  const hidden = { hidden: true };
  return fc.oneof(
    ...["c8", "c9"].map((key) => comingAndGoing("combatant", key, hidden)),
    comingAndGoing("token", "t8", hidden),
    comingAndGoing("drawing", "d9", hidden),
    comingAndGoing("note", "n9", hidden),
    comingAndGoing("note", "n8", { sceneId: "s9" }),
    comingAndGoing("wall", "w9", inLair),
    comingAndGoing("light", "l9", inLair),
    comingAndGoing("fog", "f9", inLair),
    patched("patch", "scene", "s9", without(SECRET.scene, "hidden")),
    patched("patch", "token", "t9", without(SECRET.token, "hidden")),
    patched("patch", "combat", "m9", without(SECRET.combat, "sceneId")),
    ...(["token", "note", "combat"] as const).flatMap((kind) =>
      keysOf(kind).map((key) => patched("patch", kind, key, secretFields(audience, kind, key))),
    ),
    ...(["token", "combatant", "note", "drawing"] as const).flatMap((kind) =>
      keysOf(kind)
        // Hidden or not, a note is shown to its owner.
        .filter((key) => kind !== "note" || !mayOwn(audience, kind, key))
        .map((key) => patched("whileHidden", kind, key, without(SECRET[kind], "hidden", "ownerIds"))),
    ),
  );
}

/** A row that is hidden whenever it is there. */
function comingAndGoing(kind: KindName, key: string, hiding: JsonObject): fc.Arbitrary<Intent> {
  const put = rowOf(kind, SECRET[kind]).map(
    (value): Intent => ({ op: "put", kind, key, value: { ...value, ...hiding } }),
  );
  return fc.oneof({ weight: 3, arbitrary: put }, fc.constant<Intent>({ op: "del", kind, key }));
}

function patched(op: "patch" | "whileHidden", kind: KindName, key: string, fields: Fields): fc.Arbitrary<Intent> {
  return patchOf(kind, fields).map((value): Intent => ({ op, kind, key, value }));
}

function only(fields: Fields, ...names: string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([field]) => names.includes(field)));
}

function without(fields: Fields, ...names: string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([field]) => !names.includes(field)));
}

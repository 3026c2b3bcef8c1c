/**
 * The kinds of things a session holds: what a row of each looks like, and who may see what.
 *
 * This is the place to add your own: one entry in {@link kinds}. Then `npm run schema` and
 * `npm test`. Field names follow Foundry VTT where it has one.
 *
 * When you add a ref to a kind, rows stored before don't follow it until they are published
 * again with a higher rev.
 *
 * Rules for rows: no `null` (leave the field out), no arrays that change item by item (use an
 * object by id), no inline images (store a URL).
 */
import * as z from "zod";

/** Who may see the same things. Each audience has its own numbered stream. */
export const AUDIENCES = ["gm", "player", "spectator", "display"] as const;
export type Audience = (typeof AUDIENCES)[number];

const GM: readonly Audience[] = ["gm"];
const ALL_BUT_GM: readonly Audience[] = AUDIENCES.filter((audience) => audience !== "gm");

/** A field that names another entity by its key. */
export interface Ref {
  /** The kind of the entity that is named. */
  readonly kind: string;
  /** Hide the row from whoever the named entity, if the room has it, is hidden from. */
  readonly hidesRow?: boolean;
  /** Leave this field out for those of these audiences who don't see the named entity. */
  readonly hidesField?: readonly Audience[];
  /** Delete the row together with the named entity. */
  readonly deletesRow?: boolean;
}

/** One kind: its row's schema, and what each audience may see of it. */
export interface Kind<S extends z.ZodObject = z.ZodObject> {
  readonly row: S;
  /** The audiences this row is hidden from. Left out: nobody. */
  hiddenFrom?(row: z.output<S>): readonly Audience[];
  /** Fields that only these audiences see. Fields not listed are for everyone who sees the row. */
  readonly onlyFor?: { readonly [F in keyof z.output<S>]?: readonly Audience[] };
  /** Fields that name other entities. */
  readonly refs?: { readonly [F in keyof z.output<S>]?: Ref };
}

function defineKind<S extends z.ZodObject>(kind: Kind<S>): Kind<S> {
  return kind;
}

function hiddenFromAllButGm(row: { readonly hidden?: boolean | undefined }): readonly Audience[] {
  return row.hidden === true ? ALL_BUT_GM : [];
}

/** The key of an entity, also where a row names another one. */
export const entityKey = z.string().regex(/^[A-Za-z0-9_.:-]{1,128}$/);
const outsideId = z.string().min(1).max(128);
const pixels = z.number().describe("scene pixels, absolute");
const size = z.number().positive();
const inScene: Ref = { kind: "scene", hidesRow: true };

const session = defineKind({
  row: z.strictObject({
    campaignId: outsideId.optional(),
    name: z.string().optional(),
    activeSceneId: entityKey.optional(),
    paused: z.boolean().optional(),
  }),
});

const scene = defineKind({
  row: z.strictObject({
    name: z.string(),
    width: size.describe("scene pixels"),
    height: size.describe("scene pixels"),
    background: z.string().optional().describe("URL of the map image"),
    grid: z.strictObject({
      type: z.enum(["square", "hex", "none"]),
      size: size.describe("scene pixels per grid cell"),
      distance: size.optional().describe("length of one grid cell, in `units`"),
      units: z.string().optional().describe("such as ft or m"),
    }),
    hidden: z.boolean().optional(),
  }),
  hiddenFrom: hiddenFromAllButGm,
});

const token = defineKind({
  row: z.strictObject({
    sceneId: entityKey,
    name: z.string(),
    x: pixels,
    y: pixels,
    width: size.describe("grid cells"),
    height: size.describe("grid cells"),
    rotation: z.number().optional().describe("degrees"),
    elevation: z.number().optional().describe("the scene's grid.units"),
    hidden: z.boolean().optional(),
    locked: z.boolean().optional(),
    disposition: z
      .int()
      .min(-2)
      .max(1)
      .optional()
      .describe("-2 secret, -1 hostile, 0 neutral, 1 friendly"),
    texture: z.string().optional().describe("URL of the token image"),
    actorId: outsideId.optional(),
    hp: z.number().optional().describe("hit points"),
    sight: z.number().min(0).optional().describe("the scene's grid.units"),
    gmNotes: z.string().optional(),
  }),
  hiddenFrom: hiddenFromAllButGm,
  onlyFor: { hidden: GM, gmNotes: GM },
  refs: { sceneId: inScene },
});

const combat = defineKind({
  row: z.strictObject({
    sceneId: entityKey,
    active: z.boolean(),
    round: z.int().min(0),
    turn: z.int().min(0).describe("place in the whole order, hidden combatants counted"),
    combatantId: entityKey.optional().describe("whose turn it is"),
  }),
  onlyFor: { turn: GM },
  refs: { sceneId: inScene, combatantId: { kind: "combatant", hidesField: ALL_BUT_GM } },
});

const combatant = defineKind({
  row: z.strictObject({
    combatId: entityKey.optional(),
    tokenId: entityKey.optional(),
    name: z.string(),
    initiative: z.number(),
    hidden: z.boolean().optional(),
    defeated: z.boolean().optional(),
  }),
  hiddenFrom: hiddenFromAllButGm,
  onlyFor: { hidden: GM },
  refs: {
    combatId: { kind: "combat", hidesRow: true },
    tokenId: { kind: "token", hidesRow: true, deletesRow: true },
  },
});

const wall = defineKind({
  row: z.strictObject({
    sceneId: entityKey,
    points: z
      .array(z.tuple([pixels, pixels]))
      .min(2)
      .describe("[x, y] of each corner, scene pixels"),
    door: z.enum(["open", "closed"]).optional(),
  }),
  refs: { sceneId: inScene },
});

const light = defineKind({
  row: z.strictObject({
    sceneId: entityKey,
    x: pixels,
    y: pixels,
    range: z.number().min(0).describe("grid cells"),
    color: z.string().optional().describe("CSS colour"),
    intensity: z.number().min(0).optional().describe("1 is the light's normal strength"),
  }),
  refs: { sceneId: inScene },
});

/** Every kind by its name on the wire. */
export const kinds = { session, scene, token, combat, combatant, wall, light } as const;

/** The name of a kind. */
export type KindName = keyof typeof kinds;
export const KIND_NAMES = Object.keys(kinds) as [KindName, ...KindName[]];

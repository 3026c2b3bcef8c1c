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
import { defineKind, definePresence, type Ref, type Viewer } from "./kind.ts";

export * from "./kind.ts";

const GM: readonly Viewer[] = ["gm"];
const GM_AND_OWNER: readonly Viewer[] = ["gm", "owner"];
const ALL_BUT_GM: readonly Viewer[] = ["player", "spectator", "display", "owner"];
const ALL_BUT_GM_AND_OWNER: readonly Viewer[] = ["player", "spectator", "display"];

function hiddenFromAllButGm(row: { readonly hidden?: boolean | undefined }): readonly Viewer[] {
  return row.hidden === true ? ALL_BUT_GM : [];
}

function ownerIdsOf(row: { readonly ownerIds?: Readonly<Record<string, true>> | undefined }): string[] {
  return Object.keys(row.ownerIds ?? {});
}

/** The key of an entity, also where a row names another one. */
export const entityKey = z.string().regex(/^[A-Za-z0-9_.:-]{1,128}$/);
const outsideId = z.string().min(1).max(128);
/** A user's id, as tickets have it: half a surrogate pair could be kept, but never sent again. */
export const userId = outsideId.refine((text) => text.isWellFormed(), "must be well-formed Unicode");
const pixels = z.number().describe("scene pixels, absolute");
const point = z.tuple([pixels, pixels]);
const size = z.number().positive();
const sort = z.number().optional().describe("place among its like, ascending; absent is 0");
const ownerIds = z
  .record(userId, z.literal(true))
  .optional()
  .describe("the users who own it: user id -> true");
const inScene: Ref = { kind: "scene", hidesRow: true };

const session = defineKind({
  row: z.strictObject({
    campaignId: outsideId.optional(),
    name: z.string().optional(),
    activeSceneId: entityKey.optional(),
    paused: z.boolean().optional(),
  }),
  refs: { activeSceneId: { kind: "scene", hidesField: ALL_BUT_GM } },
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
    sort,
  }),
  hiddenFrom: hiddenFromAllButGm,
  onlyFor: { hidden: GM },
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
    ownerIds,
    sort,
  }),
  ownedBy: ownerIdsOf,
  hiddenFrom: hiddenFromAllButGm,
  onlyFor: { hidden: GM, gmNotes: GM, hp: GM_AND_OWNER, ownerIds: GM_AND_OWNER },
  refs: { sceneId: inScene },
});

const combatant = defineKind({
  row: z.strictObject({
    combatId: entityKey.optional(),
    tokenId: entityKey.optional(),
    actorId: outsideId.optional(),
    name: z.string(),
    initiative: z.number(),
    sort,
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

type Initiative = Pick<z.output<typeof combatant.row>, "initiative" | "sort">;

function byInitiative(a: Initiative, b: Initiative): number {
  return b.initiative - a.initiative || (a.sort ?? 0) - (b.sort ?? 0);
}

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
  derived: { order: { from: "combatant", via: "combatId", compare: byInitiative } },
});

const wall = defineKind({
  row: z.strictObject({
    sceneId: entityKey,
    points: z
      .array(point)
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

const fog = defineKind({
  row: z.strictObject({
    sceneId: entityKey,
    mode: z.enum(["off", "manual"]),
    shapes: z
      .record(
        entityKey,
        z.strictObject({
          op: z.enum(["reveal", "hide"]),
          points: z.array(point).min(3).describe("[x, y] of each corner, scene pixels"),
          sort,
        }),
      )
      .optional()
      .describe("by id"),
    mask: z.string().optional().describe("URL of the mask image"),
    revision: z.int().optional().describe("version of the mask"),
  }),
  refs: { sceneId: inScene },
});

const drawing = defineKind({
  row: z.strictObject({
    sceneId: entityKey,
    authorId: outsideId.optional(),
    shape: z.enum(["freehand", "line", "rectangle", "ellipse", "polygon", "text"]),
    points: z.array(point).min(1).describe("[x, y], scene pixels"),
    stroke: z.string().optional().describe("CSS colour"),
    strokeWidth: z.number().min(0).optional().describe("scene pixels"),
    fill: z.string().optional().describe("CSS colour"),
    text: z.string().optional(),
    hidden: z.boolean().optional(),
    sort,
  }),
  hiddenFrom: hiddenFromAllButGm,
  onlyFor: { hidden: GM },
  refs: { sceneId: inScene },
});

const note = defineKind({
  row: z.strictObject({
    name: z.string(),
    text: z.string().optional(),
    sceneId: entityKey.optional(),
    x: pixels.optional(),
    y: pixels.optional(),
    hidden: z.boolean().optional().describe("from all but the gm and its owners: a handout"),
    ownerIds,
    gmNotes: z.string().optional(),
  }),
  ownedBy: ownerIdsOf,
  hiddenFrom: (row) => (row.hidden === true ? ALL_BUT_GM_AND_OWNER : []),
  onlyFor: { hidden: GM, gmNotes: GM, ownerIds: GM_AND_OWNER },
  refs: { sceneId: inScene },
});

/** Every kind by its name on the wire. */
export const kinds = {
  session,
  scene,
  token,
  combatant,
  combat,
  wall,
  light,
  fog,
  drawing,
  note,
} as const;

/** The name of a kind. */
export type KindName = keyof typeof kinds;
export const KIND_NAMES = Object.keys(kinds) as [KindName, ...KindName[]];

const PLAYERS: readonly Viewer[] = ["gm", "player", "owner"];
const place = { x: pixels, y: pixels };

/** Every kind of presence by its name on the wire. */
export const presenceKinds = {
  cursor: definePresence({
    value: z.strictObject({ sceneId: entityKey, ...place }),
    ttl: 5_000,
    senders: PLAYERS,
    refs: { sceneId: { kind: "scene" } },
  }),
  ping: definePresence({
    value: z.strictObject({ sceneId: entityKey, ...place }),
    ttl: 3_000,
    senders: PLAYERS,
    refs: { sceneId: { kind: "scene" } },
  }),
  ruler: definePresence({
    value: z.strictObject({ sceneId: entityKey, points: z.array(point).min(2).max(16) }),
    ttl: 10_000,
    senders: PLAYERS,
    refs: { sceneId: { kind: "scene" } },
  }),
  drag: definePresence({
    value: z.strictObject({ tokenId: entityKey, ...place }),
    ttl: 5_000,
    senders: GM_AND_OWNER,
    refs: { tokenId: { kind: "token" } },
  }),
} as const;

/** The name of a kind of presence. */
export type PresenceName = keyof typeof presenceKinds;

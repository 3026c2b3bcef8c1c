/** From the entities of a view to what there is to draw. */

/** @typedef {import("./types.d.ts").Entities} Entities */
/** @typedef {import("./types.d.ts").Entity} Entity */
/** @typedef {import("./types.d.ts").Seat} Seat */
/** @typedef {import("./types.d.ts").Token} Token */
/** @typedef {import("./types.d.ts").Wall} Wall */
/** @typedef {import("./types.d.ts").Light} Light */
/** @typedef {import("./types.d.ts").Point} Point */

/**
 * One who fights, in the order of the turns.
 * @typedef {{ key: string, name: string, initiative: number, tokenId: string | undefined,
 *   token: Token | undefined, up: boolean }} Fighter
 */
/**
 * @typedef {{ key: string, round: number, up: Fighter | undefined, upKey: string | undefined,
 *   fighters: Fighter[] }} Fight
 */

/**
 * @param {readonly Entity[]} entities
 * @returns {Entities}
 */
export function byKind(entities) {
  /** @type {Record<string, Record<string, unknown>>} */
  const kinds = Object.create(null);
  for (const { kind, key, value } of entities) (kinds[kind] ??= Object.create(null))[key] = value;
  return /** @type {Entities} */ (kinds);
}

/**
 * What is on the table: the active scene, or else the first, and all that belongs to it.
 * @param {Entities} entities
 */
export function tableOf(entities) {
  const session = Object.values(entities.session ?? {})[0];
  const scenes = entities.scene ?? {};
  const key = session?.activeSceneId ?? Object.keys(scenes)[0] ?? "";
  const here = (/** @type {{ sceneId: string }} */ row) => row.sceneId === key;
  return {
    name: session?.name ?? "",
    key,
    scene: scenes[key],
    walls: pairs(entities.wall).filter(([, wall]) => here(wall)),
    lights: pairs(entities.light).filter(([, light]) => here(light)),
    tokens: pairs(entities.token).filter(([, token]) => here(token)).sort(bigFirst),
    fight: fightOf(entities, key),
  };
}

/** @typedef {ReturnType<typeof tableOf>} Table */

/**
 * @template T
 * @param {{ readonly [key: string]: T } | undefined} table
 * @returns {[string, T][]}
 */
function pairs(table) {
  return Object.entries(table ?? {});
}

/**
 * Small ones lie on top of big ones.
 * @param {[string, Token]} a
 * @param {[string, Token]} b
 */
function bigFirst([a, one], [b, other]) {
  return other.width * other.height - one.width * one.height || (a < b ? -1 : 1);
}

/**
 * @param {Entities} entities
 * @param {string} scene
 * @returns {Fight | undefined}
 */
function fightOf(entities, scene) {
  const found = pairs(entities.combat).find(([, combat]) => combat.sceneId === scene && combat.active);
  if (!found) return undefined;
  const [key, combat] = found;
  const fighters = (combat.order ?? []).flatMap((fighter) => {
    const row = entities.combatant?.[fighter];
    if (!row) return [];
    const token = row.tokenId === undefined ? undefined : entities.token?.[row.tokenId];
    const { name, initiative, tokenId } = row;
    return [{ key: fighter, name, initiative, tokenId, token, up: fighter === combat.combatantId }];
  });
  const up = fighters.find((fighter) => fighter.up);
  return { key, round: combat.round, up, upKey: combat.combatantId, fighters };
}

/**
 * Whether somebody may move a token; the server decides, this only saves a question.
 * @param {Seat} seat
 * @param {Token} token
 */
export function mayMove(seat, token) {
  return seat.role === "gm" || (isOwn(seat, token) && token.locked !== true);
}

/**
 * @param {Seat} seat
 * @param {Token | undefined} token
 */
export function isOwn(seat, token) {
  return seat.role === "player" && token?.ownerIds?.[seat.user] === true;
}

/**
 * Whether somebody may pass the turn on.
 * @param {Seat} seat
 * @param {Fight} fight
 */
export function mayPass(seat, fight) {
  return seat.role === "gm" || isOwn(seat, fight.up?.token);
}

/**
 * Where tokens were put that the view doesn't have yet.
 *
 * A token stays where it was put last while the server is being told, and then until the view has
 * it there, or at a place that this page never put it: then somebody else has moved it.
 */
export function createPlaced() {
  /** @type {Map<string, { at: Point, own: Point[], telling: number }>} */
  const placed = new Map();
  return {
    /**
     * @param {string} key
     * @param {Point} at
     * @param {Point} from where the view has it
     */
    put(key, at, from) {
      const before = placed.get(key);
      const own = [...(before?.own ?? [{ x: from.x, y: from.y }]), at];
      placed.set(key, { at, own, telling: (before?.telling ?? 0) + 1 });
    },
    /**
     * The server has been told.
     * @param {string} key
     */
    told(key) {
      const put = placed.get(key);
      if (put) put.telling -= 1;
    },
    /**
     * The server said no.
     * @param {string} key
     */
    drop: (key) => placed.delete(key),
    /**
     * @param {string} key
     * @param {Token} token as the view has it
     * @returns {Point}
     */
    placeOf(key, token) {
      const put = placed.get(key);
      if (put && put.telling <= 0) {
        const waiting = !isAt(token, put.at) && put.own.some((place) => isAt(token, place));
        if (!waiting) placed.delete(key);
      }
      return placed.get(key)?.at ?? { x: token.x, y: token.y };
    },
  };
}

/**
 * @param {Point} a
 * @param {Point} b
 */
function isAt(a, b) {
  return a.x === b.x && a.y === b.y;
}

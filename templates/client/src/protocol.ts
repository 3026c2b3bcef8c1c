/**
 * What comes and goes on the wire, and what a client sees of each kind of entity.
 *
 * Made from the room's protocol.schema.json by `npm run build`: don't edit it. Add kinds of your
 * own in the room's src/kinds.ts.
 */
export const PROTOCOL = 1;
export const KIND_NAMES = [
  "session",
  "scene",
  "token",
  "combatant",
  "combat",
  "wall",
  "light",
  "fog",
  "drawing",
  "note",
] as const;
export type KindName = (typeof KIND_NAMES)[number];
export const PRESENCE_NAMES = [
  "cursor",
  "ping",
  "ruler",
  "drag",
] as const;
export type PresenceName = (typeof PRESENCE_NAMES)[number];
export type Role = TicketClaims["role"];

export type ViewChange =
  | {
      op: "put";
      kind:
        | "session"
        | "scene"
        | "token"
        | "combatant"
        | "combat"
        | "wall"
        | "light"
        | "fog"
        | "drawing"
        | "note";
      key: string;
      value: {
        [k: string]: unknown;
      };
    }
  | {
      op: "patch";
      kind:
        | "session"
        | "scene"
        | "token"
        | "combatant"
        | "combat"
        | "wall"
        | "light"
        | "fog"
        | "drawing"
        | "note";
      key: string;
      value: {
        [k: string]: unknown;
      };
    }
  | {
      op: "del";
      kind:
        | "session"
        | "scene"
        | "token"
        | "combatant"
        | "combat"
        | "wall"
        | "light"
        | "fog"
        | "drawing"
        | "note";
      key: string;
    };
export type ServerFrame = Hello | Snapshot | Delta | Stale | Presence | RoomError;
export type ClientFrame =
  | {
      type: "resume";
      /**
       * as it came; empty from a client that has nothing yet
       */
      epoch: string;
      /**
       * place in the audience's stream
       */
      seq: number;
    }
  | (
      | {
          type: "presence";
          kind: "cursor";
          value: {
            sceneId: string;
            /**
             * scene pixels, absolute
             */
            x: number;
            /**
             * scene pixels, absolute
             */
            y: number;
          } | null;
        }
      | {
          type: "presence";
          kind: "ping";
          value: {
            sceneId: string;
            /**
             * scene pixels, absolute
             */
            x: number;
            /**
             * scene pixels, absolute
             */
            y: number;
          } | null;
        }
      | {
          type: "presence";
          kind: "ruler";
          value: {
            sceneId: string;
            /**
             * @minItems 2
             * @maxItems 16
             */
            points: [number, number][];
          } | null;
        }
      | {
          type: "presence";
          kind: "drag";
          value: {
            tokenId: string;
            /**
             * scene pixels, absolute
             */
            x: number;
            /**
             * scene pixels, absolute
             */
            y: number;
          } | null;
        }
    );

export interface Views {
  session: SessionView;
  scene: SceneView;
  token: TokenView;
  combatant: CombatantView;
  combat: CombatView;
  wall: WallView;
  light: LightView;
  fog: FogView;
  drawing: DrawingView;
  note: NoteView;
}
export interface SessionView {
  campaignId?: string;
  name?: string;
  activeSceneId?: string;
  paused?: boolean;
}
export interface SceneView {
  name: string;
  /**
   * scene pixels
   */
  width: number;
  /**
   * scene pixels
   */
  height: number;
  /**
   * URL of the map image
   */
  background?: string;
  grid: {
    type: "square" | "hex" | "none";
    /**
     * scene pixels per grid cell
     */
    size: number;
    /**
     * length of one grid cell, in `units`
     */
    distance?: number;
    /**
     * such as ft or m
     */
    units?: string;
  };
  hidden?: boolean;
  /**
   * place among its like, ascending; absent is 0
   */
  sort?: number;
}
export interface TokenView {
  sceneId: string;
  name: string;
  /**
   * scene pixels, absolute
   */
  x: number;
  /**
   * scene pixels, absolute
   */
  y: number;
  /**
   * grid cells
   */
  width: number;
  /**
   * grid cells
   */
  height: number;
  /**
   * degrees
   */
  rotation?: number;
  /**
   * the scene's grid.units
   */
  elevation?: number;
  hidden?: boolean;
  locked?: boolean;
  /**
   * -2 secret, -1 hostile, 0 neutral, 1 friendly
   */
  disposition?: number;
  /**
   * URL of the token image
   */
  texture?: string;
  actorId?: string;
  /**
   * hit points
   */
  hp?: number;
  /**
   * the scene's grid.units
   */
  sight?: number;
  gmNotes?: string;
  /**
   * the users who own it: user id -> true
   */
  ownerIds?: {
    [k: string]: true;
  };
  /**
   * place among its like, ascending; absent is 0
   */
  sort?: number;
}
export interface CombatantView {
  combatId?: string;
  tokenId?: string;
  actorId?: string;
  name: string;
  initiative: number;
  /**
   * place among its like, ascending; absent is 0
   */
  sort?: number;
  hidden?: boolean;
  defeated?: boolean;
}
export interface CombatView {
  sceneId: string;
  active: boolean;
  round: number;
  /**
   * place in the whole order, hidden combatants counted
   */
  turn?: number;
  /**
   * whose turn it is
   */
  combatantId?: string;
  order: string[];
}
export interface WallView {
  sceneId: string;
  /**
   * [x, y] of each corner, scene pixels
   *
   * @minItems 2
   */
  points: [number, number][];
  door?: "open" | "closed";
}
export interface LightView {
  sceneId: string;
  /**
   * scene pixels, absolute
   */
  x: number;
  /**
   * scene pixels, absolute
   */
  y: number;
  /**
   * grid cells
   */
  range: number;
  /**
   * CSS colour
   */
  color?: string;
  /**
   * 1 is the light's normal strength
   */
  intensity?: number;
}
export interface FogView {
  sceneId: string;
  mode: "off" | "manual";
  /**
   * by id
   */
  shapes?: {
    [k: string]: {
      op: "reveal" | "hide";
      /**
       * [x, y] of each corner, scene pixels
       *
       * @minItems 3
       */
      points: [number, number][];
      /**
       * place among its like, ascending; absent is 0
       */
      sort?: number;
    };
  };
  /**
   * URL of the mask image
   */
  mask?: string;
  /**
   * version of the mask
   */
  revision?: number;
}
export interface DrawingView {
  sceneId: string;
  authorId?: string;
  shape: "freehand" | "line" | "rectangle" | "ellipse" | "polygon" | "text";
  /**
   * [x, y], scene pixels
   *
   * @minItems 1
   */
  points: [number, number][];
  /**
   * CSS colour
   */
  stroke?: string;
  /**
   * scene pixels
   */
  strokeWidth?: number;
  /**
   * CSS colour
   */
  fill?: string;
  text?: string;
  hidden?: boolean;
  /**
   * place among its like, ascending; absent is 0
   */
  sort?: number;
}
export interface NoteView {
  name: string;
  text?: string;
  sceneId?: string;
  /**
   * scene pixels, absolute
   */
  x?: number;
  /**
   * scene pixels, absolute
   */
  y?: number;
  /**
   * from all but the gm and its owners: a handout
   */
  hidden?: boolean;
  /**
   * the users who own it: user id -> true
   */
  ownerIds?: {
    [k: string]: true;
  };
  gmNotes?: string;
}
export interface Entity {
  kind:
    "session" | "scene" | "token" | "combatant" | "combat" | "wall" | "light" | "fog" | "drawing" | "note";
  key: string;
  value: {
    [k: string]: unknown;
  };
}
export interface Cursor {
  /**
   * as it came; empty from a client that has nothing yet
   */
  epoch: string;
  /**
   * place in the audience's stream
   */
  seq: number;
}
export interface PresenceItem {
  user: string;
  role: "gm" | "player" | "spectator" | "display";
  kind: "cursor" | "ping" | "ruler" | "drag";
  /**
   * null: gone
   */
  value: {
    [k: string]: unknown;
  } | null;
  /**
   * ms; forget it then
   */
  ttl?: number;
}
export interface PresenceValues {
  cursor: {
    sceneId: string;
    /**
     * scene pixels, absolute
     */
    x: number;
    /**
     * scene pixels, absolute
     */
    y: number;
  };
  ping: {
    sceneId: string;
    /**
     * scene pixels, absolute
     */
    x: number;
    /**
     * scene pixels, absolute
     */
    y: number;
  };
  ruler: {
    sceneId: string;
    /**
     * @minItems 2
     * @maxItems 16
     */
    points: [number, number][];
  };
  drag: {
    tokenId: string;
    /**
     * scene pixels, absolute
     */
    x: number;
    /**
     * scene pixels, absolute
     */
    y: number;
  };
}
export interface Hello {
  type: "hello";
  protocol: 1;
  /**
   * id of the deployed Worker version
   */
  version: string;
  /**
   * opaque: names one life of one stream
   */
  epoch: string;
  /**
   * where the stream stands
   */
  seq: number;
  /**
   * a role, or user:<id> for a player who owns something
   */
  audience: string;
}
export interface Snapshot {
  type: "snapshot";
  /**
   * opaque: names one life of one stream
   */
  epoch: string;
  /**
   * place in the audience's stream
   */
  seq: number;
  part: number;
  parts: number;
  entities: Entity[];
}
export interface Delta {
  type: "delta";
  /**
   * opaque: names one life of one stream
   */
  epoch: string;
  /**
   * first seq that it covers, where that isn't `seq`
   */
  from?: number;
  /**
   * place in the audience's stream
   */
  seq: number;
  changes: ViewChange[];
}
export interface Stale {
  type: "stale";
}
export interface Presence {
  type: "presence";
  /**
   * @minItems 1
   */
  items: PresenceItem[];
}
export interface RoomError {
  type: "error";
  code:
    | "bad_message"
    | "bad_ticket"
    | "full"
    | "internal"
    | "replaced"
    | "revoked"
    | "too_fast"
    | "too_large"
    | "wrong_origin"
    | "wrong_session";
  message: string;
}
export interface SnapshotAnswer {
  /**
   * opaque: names one life of one stream
   */
  epoch: string;
  /**
   * place in the audience's stream
   */
  seq: number;
  /**
   * a role, or user:<id> for a player who owns something
   */
  audience: string;
  entities: Entity[];
}
export interface TicketClaims {
  aud: "vttsync";
  /**
   * session
   */
  sid: string;
  role: "gm" | "player" | "spectator" | "display";
  /**
   * user id; told to other clients with presence
   */
  sub: string;
  iat: number;
  exp: number;
}

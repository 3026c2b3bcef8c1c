/** The wire protocol's types. */

export const PROTOCOL = 1;

/** The kinds by name. */
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
] as const satisfies readonly KindName[];

/** The names of the kinds. */
export type KindName = keyof Views;
export type Role = "gm" | "player" | "spectator" | "display";
export type PresenceName = "cursor" | "ping" | "ruler" | "drag";

/** What an audience sees of an entity of each kind. */
export interface Views {
  session: Record<string, unknown>;
  scene: Record<string, unknown>;
  token: Record<string, unknown>;
  combatant: Record<string, unknown>;
  combat: Record<string, unknown>;
  wall: Record<string, unknown>;
  light: Record<string, unknown>;
  fog: Record<string, unknown>;
  drawing: Record<string, unknown>;
  note: Record<string, unknown>;
}
export interface Entity {
  kind: KindName;
  key: string;
  value: Record<string, unknown>;
}
export interface Cursor {
  epoch: string;
  seq: number;
}
export type ViewChange =
  | { op: "put" | "patch"; kind: KindName; key: string; value: Record<string, unknown> }
  | { op: "del"; kind: KindName; key: string };
export interface PresenceItem {
  user: string;
  role: Role;
  kind: PresenceName;
  value: Record<string, unknown> | null;
  ttl?: number;
}
export type ServerFrame =
  | { type: "hello"; protocol: 1; version: string; epoch: string; seq: number; audience: string }
  | { type: "snapshot"; epoch: string; seq: number; part: number; parts: number; entities: Entity[] }
  | { type: "delta"; epoch: string; from?: number; seq: number; changes: ViewChange[] }
  | { type: "stale" }
  | { type: "presence"; items: PresenceItem[] }
  | { type: "error"; code: string; message: string };
export type ClientFrame =
  | { type: "resume"; epoch: string; seq: number }
  | { type: "presence"; kind: PresenceName; value: Record<string, unknown> | null };

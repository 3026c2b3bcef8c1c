// The protocol's views, as far as this page draws them, and what the modules hand each other.

export interface Point { x: number; y: number }
export interface Grid { type: string; size: number; distance?: number; units?: string }
export interface Scene { name: string; width: number; height: number; grid: Grid }
export interface Token {
  sceneId: string; name: string; x: number; y: number; width: number; height: number;
  hidden?: boolean; locked?: boolean; disposition?: number; hp?: number; gmNotes?: string;
  ownerIds?: Record<string, true>;
}
export interface Combat {
  sceneId: string; active: boolean; round: number; combatantId?: string; order?: readonly string[];
}
export interface Combatant { combatId?: string; tokenId?: string; name: string; initiative: number }
export interface Wall { sceneId: string; points: readonly (readonly [number, number])[]; door?: "open" | "closed" }
export interface Light { sceneId: string; x: number; y: number; range: number; color?: string; intensity?: number }
export interface SessionView { name?: string; activeSceneId?: string }

type ByKey<T> = { readonly [key: string]: T };
export interface Entities {
  session?: ByKey<SessionView>; scene?: ByKey<Scene>; token?: ByKey<Token>; combat?: ByKey<Combat>;
  combatant?: ByKey<Combatant>; wall?: ByKey<Wall>; light?: ByKey<Light>;
}
export interface Entity { kind: string; key: string; value: unknown }
export interface Answer { entities: Entity[]; pending: number }

export type Role = "gm" | "player" | "spectator" | "display";
export interface Seat { session: string; role: Role; user: string }
export type Mode = "polling" | "realtime";
export type Status = "connecting" | "live" | "fallback" | "closed" | "polling";

/** What there is to draw, and how it is kept up to date. */
export interface Feed {
  read(): { status: Status; reason?: { code: string; message: string } | undefined; entities: Entities };
  subscribe(listener: () => void): () => void;
  readonly presence: Presence | undefined;
  stop(): void;
}
export interface PresenceItem { user: string; role: string; kind: string; value: unknown }
export interface Presence {
  subscribe(listener: () => void): () => void;
  getSnapshot(): readonly PresenceItem[];
  send(kind: string, value: object | null): void;
}

/** How the map is moved and magnified: screen = scene · k + (x, y). */
export interface Camera { x: number; y: number; k: number }

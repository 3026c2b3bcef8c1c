// The client's types under the page's names, and what its modules hand each other.
import type * as vttsync from "/vttsync.js";

export type Scene = vttsync.SceneView;
export type Token = vttsync.TokenView;
export type Wall = vttsync.WallView;
export type Light = vttsync.LightView;
export type Grid = Scene["grid"];
export type Entity = vttsync.Entity;
export type Role = vttsync.Role;
export type PresenceItem = vttsync.PresenceItem;
export type Reason = vttsync.Reason;
export type Answer = vttsync.Polled;

/** All of a view, or what is there of it yet. */
export type Entities = Partial<vttsync.Entities>;

export interface Point { x: number; y: number }

/** Who sits at this page. */
export interface Seat { session: string; role: Role; user: string }

export type Mode = "polling" | "realtime";
export type Status = vttsync.Status | "polling";

/** What there is to draw, and how it is kept up to date. */
export interface Feed {
  read(): { readonly status: Status; readonly reason?: Reason | undefined; readonly entities: Entities };
  subscribe(listener: () => void): () => void;
  readonly presence: vttsync.PresenceStore | undefined;
  stop(): void;
}

/** How the map is moved and magnified: screen = scene · k + (x, y). */
export interface Camera { x: number; y: number; k: number }

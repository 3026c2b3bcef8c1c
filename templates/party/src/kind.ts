/** What `kinds.ts` says of each kind, and the words for who sees it. */
import type * as z from "zod";

/** What a client may come as. */
export const ROLES = ["gm", "player", "spectator", "display"] as const;
export type Role = (typeof ROLES)[number];

/** How somebody stands to one row: by role, or as a player who owns it. */
export type Viewer = Role | "owner";

/**
 * Who sees the same things, and has its own numbered stream: a role, or by id a user with the
 * role player who owns some row.
 */
export type Audience = Role | `user:${string}`;

/** A field that names another entity by its key. */
export interface Ref {
  /** The kind of the entity that is named. */
  readonly kind: string;
  /**
   * Hide the row from whoever the named entity is hidden from; from all but the gm while the room
   * doesn't have it, since it may have been hidden, or may be about to be.
   */
  readonly hidesRow?: boolean;
  /** Leave this field out for those of these viewers who don't see the named entity. */
  readonly hidesField?: readonly Viewer[];
  /** Delete the row together with the named entity. */
  readonly deletesRow?: boolean;
}

/**
 * A field that is in the view of a row but never stored: the keys of the rows that name this one
 * and that the audience sees.
 */
export interface Derived {
  /** The kind of the rows that are listed. */
  readonly from: string;
  /** The field by which they name this row; one of their refs. */
  readonly via: string;
  /**
   * Sorts the rows; those it finds equal go by key (UTF-16 code units). It should only look at
   * fields that whoever sees a row sees: the order tells of them.
   */
  compare(a: object, b: object): number;
}

/** One kind: its row's schema, and what each viewer may see of it. */
export interface Kind<S extends z.ZodObject = z.ZodObject> {
  readonly row: S;
  /** The ids of the users who own this row. Left out: nobody. */
  ownedBy?(row: z.output<S>): readonly string[];
  /** The viewers this row is hidden from. Left out: nobody. */
  hiddenFrom?(row: z.output<S>): readonly Viewer[];
  /** Fields that only these viewers see. Fields not listed are for everyone who sees the row. */
  readonly onlyFor?: { readonly [F in keyof z.output<S>]?: readonly Viewer[] };
  /** Fields that name other entities. */
  readonly refs?: { readonly [F in keyof z.output<S>]?: Ref };
  /** Fields of the view that are worked out from other rows. */
  readonly derived?: { readonly [field: string]: Derived };
}

/** Only checks the types. */
export function defineKind<S extends z.ZodObject>(kind: Kind<S>): Kind<S> {
  return kind;
}

/** What clients show each other but nobody stores. */
export interface PresenceKind<S extends z.ZodObject = z.ZodObject> {
  readonly value: S;
  /** Milliseconds after which a client forgets it. */
  readonly ttl: number;
  /** Who may send it, by how they stand to every entity that it names. */
  readonly senders: readonly Viewer[];
  /** Fields that name entities: only who sees all of them is shown it. */
  readonly refs: { readonly [F in keyof z.output<S>]?: Pick<Ref, "kind"> };
}

/** Only checks the types. */
export function definePresence<S extends z.ZodObject>(kind: PresenceKind<S>): PresenceKind<S> {
  return kind;
}

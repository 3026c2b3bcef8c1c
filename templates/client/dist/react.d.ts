import type { PresenceItem, PresenceName, PresenceValues } from "./protocol.js";
import type { Session, SessionOptions, State } from "./types.js";
/**
 * A session that is open while the component is mounted: use it once, at the top of the table, and
 * hand the session down.
 *
 * Another `host`, `session`, `share`, `poll.every` or `poll.grace` opens another one. The functions
 * may be written in place: the ones of the last render are called.
 */
export declare function useSession(options: SessionOptions): Session;
/**
 * What `select` makes of the session's state. The component renders again when that changed: for an
 * object or an array, when one of the things in it did.
 */
export declare function useSessionState<T>(session: Session, select: (state: State) => T): T;
/** What somebody shows right now, of one kind. */
export type Shown<K extends PresenceName> = Omit<PresenceItem, "kind" | "value"> & {
    readonly kind: K;
    readonly value: PresenceValues[K];
};
/** What the others show right now of one kind: cursors don't render what rulers are drawn by. */
export declare function usePresence<K extends PresenceName>(session: Session, kind: K): readonly Shown<K>[];
/**
 * An interval for a query library: `ms` once the session has been out of reach for `grace` ms
 * (5,000 unless said), false as long as it isn't. As a hook it is never out of date: a function
 * that looks at the status is not called again when the status changes.
 */
export declare function useOfflineInterval(session: Session, ms: number, { grace }?: {
    readonly grace?: number;
}): number | false;

/** Changes in one publish. This and the next two are the room's limits, `src/limits.ts` there. */
export declare const MAX_CHANGES = 500;
/** Bytes of a request. */
export declare const MAX_BODY: number;
/** Bytes of a row as JSON. */
export declare const MAX_ROW: number;
/** Bytes of a body around its changes. */
export declare const FRAME: number;
export interface Row {
    readonly [field: string]: unknown;
}
/** One change, as it is on the wire. Make it with {@link put}, {@link patch} or {@link del}. */
export interface Change {
    readonly op: "put" | "patch" | "del";
    readonly kind: string;
    readonly key: string;
    readonly rev: number;
    readonly base?: number;
    readonly expect?: Row;
    readonly value?: Row;
}
/**
 * Creates or replaces a row.
 *
 * @param kind what it is, such as `token`.
 * @param key which one.
 * @param rev the row's version in your database: a whole number that grows with each change.
 * @param row the whole row as committed. Fields that are null or undefined are left out, as the
 *   room has no null.
 * @param expect fields that the room's row must have; null stands for a field that isn't there.
 * @throws TypeError, RangeError or {@link TooLargeError}: the room could never take this.
 */
export declare function put(kind: string, key: string, rev: number, row: Row, expect?: Row): Change;
/**
 * Changes some fields of a row: an RFC 7396 merge patch, in which null deletes.
 *
 * @param rev the row's version after the change.
 * @param base the version that it was made from.
 * @param fields what becomes different.
 * @param expect as for {@link put}.
 * @throws TypeError, RangeError or {@link TooLargeError}: the room could never take this.
 */
export declare function patch(kind: string, key: string, rev: number, base: number, fields: Row, expect?: Row): Change;
/**
 * Says that a row is gone. (`delete` in Python; here that is a reserved word.)
 *
 * @param rev above the version that the row had.
 * @throws TypeError or RangeError: the room could never take this.
 */
export declare function del(kind: string, key: string, rev: number): Change;
/**
 * Writes one publish as JSON: what an outbox keeps.
 *
 * @throws {@link TooLargeError}, TypeError or RangeError: the room could never take this.
 */
export declare function changesText(changes: readonly Change[]): string;
/**
 * Cuts any number of changes into publishes within the room's limits, in their order.
 *
 * @throws {@link TooLargeError}: one change is too large by itself.
 */
export declare function inPublishes(changes: Iterable<Change>): Generator<Change[]>;
/** Returns the name when a session can have it. @throws RangeError. */
export declare function checkSession(session: string): string;

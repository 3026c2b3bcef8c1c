/** What can go wrong, in words that an app's server can act on. */
import type { Row } from "./changes.js";
/** Everything that this package throws of its own. */
export declare class PublisherError extends Error {
    readonly name: string;
}
/** More than a room takes: publish it in several pieces. */
export declare class TooLargeError extends PublisherError {
}
/** As much waits as may; nothing was queued. */
export declare class QueueFullError extends PublisherError {
}
/** The outbox would have been written outside the app's transaction. */
export declare class NotInTransactionError extends PublisherError {
}
/** The room doesn't take the publish key: nothing can be delivered until it does. */
export declare class KeyRefusedError extends PublisherError {
}
/** The publisher was closed before this was delivered. */
export declare class StoppedError extends PublisherError {
}
/** The room gave no answer that counts; nobody knows whether it did what was asked. */
export declare class UnreachableError extends PublisherError {
}
/** Why the room won't take a publish; nothing of it was applied. */
export interface Refusal {
    /** Of HTTP. */
    readonly status: number;
    /** `bad_change`, `expect_mismatch`, … (docs/protocol.md of vttsync, "Errors"). */
    readonly code: string;
    /** For people. */
    readonly message: string;
    /** The index of the change at fault, if it is one's. */
    readonly change?: number;
    /** A JSON Pointer to what is wrong. */
    readonly path?: string;
    /** What the fields of `expect` are stored as, after `expect_mismatch`. */
    readonly found?: Row;
    /** The row's rev in the room after `base_mismatch`; null without a live row. */
    readonly stored?: number | null;
}
/** The room refused what was published; `refusal` says why. */
export declare class RefusedError extends PublisherError {
    readonly refusal: Refusal;
    constructor(refusal: Refusal);
}

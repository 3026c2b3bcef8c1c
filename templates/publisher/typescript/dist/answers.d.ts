/** What the room's answer means, and so what is next. Pure: no network, no clock. */
import type { Change } from "./changes.js";
import type { Refusal } from "./errors.js";
import { type Pace } from "./pace.js";
/** Milliseconds. A longer `Retry-After` counts as this. */
export declare const MAX_RETRY_AFTER = 300000;
/** What came back; or `lost`, why nothing did, and then the room may have done it all the same. */
export type Answer = {
    readonly lost: string;
} | {
    readonly status: number;
    /** Parsed; undefined where it isn't JSON. */
    readonly body?: unknown;
    readonly retryAfter?: string;
    readonly date?: string;
};
/** Names one version of a row. */
export interface Ref {
    readonly kind: string;
    readonly key: string;
    readonly rev: number;
}
/** What the room did with one publish. */
export interface Published {
    /** Changes that counted. */
    readonly applied: readonly Ref[];
    /** Changes that did nothing, as the room has that rev or a higher one. */
    readonly duplicates: readonly Ref[];
    /** Where each audience's stream stands. */
    readonly seq: Readonly<Record<string, number>>;
}
export type Verdict = 
/** Done: one result for each publish. */
{
    readonly delivered: readonly Published[];
}
/** Send the same bytes again after `atLeast` plus a random time up to `upTo` ms. */
 | {
    readonly wait: {
        readonly atLeast: number;
        readonly upTo: number;
    };
    readonly reason: string;
}
/** One of several was refused: send only so many of the first, to part it from the others. */
 | {
    readonly fewer: number;
}
/** This change of this publish needs the whole row in its place; then send again. */
 | {
    readonly mend: Place;
}
/** The one publish that was sent will never be taken. */
 | {
    readonly setAside: Refusal;
}
/** The key isn't taken. */
 | {
    readonly stop: string;
};
export interface Place {
    readonly publish: number;
    readonly change: number;
}
export type Batch = readonly (readonly Change[])[];
/** What {@link judge} takes into account besides the answer. */
export interface Circumstances {
    /** How often in a row these bytes were answered with `wait` before. */
    readonly failures: number;
    readonly pace: Pace;
    /** Whether whole rows can be had. */
    readonly mends: boolean;
    /** ms since 1970, for a `Retry-After` that is a date. */
    readonly now: number;
}
/** Decides what follows from an answer to the request that carried `batch`. */
export declare function judge(answer: Answer, batch: Batch, circumstances: Circumstances): Verdict;
/** The protocol's error in a body. */
export declare function errorOf(body: unknown): Refusal | undefined;

/** What the room's answer means, and so what is next. Pure: no network, no clock. */
import type { Change } from "./changes.ts";
import type { Refusal } from "./errors.ts";
import { longest, type Pace } from "./pace.ts";

/** Milliseconds. A longer `Retry-After` counts as this. */
export const MAX_RETRY_AFTER = 300_000;

const REFUSALS = [400, 409, 413, 422];

/** What came back; or `lost`, why nothing did, and then the room may have done it all the same. */
export type Answer =
  | { readonly lost: string }
  | {
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
  | { readonly delivered: readonly Published[] }
  /** Send the same bytes again after `atLeast` plus a random time up to `upTo` ms. */
  | { readonly wait: { readonly atLeast: number; readonly upTo: number }; readonly reason: string }
  /** One of several was refused: send only so many of the first, to part it from the others. */
  | { readonly fewer: number }
  /** This change of this publish needs the whole row in its place; then send again. */
  | { readonly mend: Place }
  /** The one publish that was sent will never be taken. */
  | { readonly setAside: Refusal }
  /** The key isn't taken. */
  | { readonly stop: string };

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
export function judge(answer: Answer, batch: Batch, circumstances: Circumstances): Verdict {
  const { failures, pace, mends, now } = circumstances;
  const upTo = longest(pace, failures);
  if ("lost" in answer) return { wait: { atLeast: 0, upTo }, reason: answer.lost };
  const { status, body } = answer;
  if (status === 200 && isResult(body)) return { delivered: sharedOut(body, batch) };
  const reason = `${status} ${messageOf(body)}`.trim();
  if (status === 401 || status === 403) return { stop: reason };
  const refusal = refusalOf(status, body);
  if (!refusal) return { wait: { atLeast: retryAfter(answer, now), upTo }, reason };
  return refused(refusal, batch, mends);
}

function refused(refusal: Refusal, batch: Batch, mends: boolean): Verdict {
  const place = placeOf(refusal.change, batch);
  if (refusal.code === "base_mismatch" && mends && place) return { mend: place };
  if (batch.length > 1) return { fewer: Math.max(1, place?.publish ?? 1) };
  return { setAside: refusal };
}

/** Which change of which publish that index of the whole request is. */
function placeOf(index: number | undefined, batch: Batch): Place | undefined {
  if (index === undefined) return undefined;
  let change = index;
  for (const [publish, changes] of batch.entries()) {
    if (change < changes.length) return { publish, change };
    change -= changes.length;
  }
  return undefined;
}

function isResult(body: unknown): body is Published {
  return (
    isObject(body) &&
    Array.isArray(body["applied"]) &&
    Array.isArray(body["duplicates"]) &&
    isObject(body["seq"])
  );
}

/** Gives each publish its part of the two lists; both are in the order of the changes. */
function sharedOut(body: Published, batch: Batch): Published[] {
  let next = 0;
  return batch.map((changes) => {
    const applied: Ref[] = [];
    const duplicates: Ref[] = [];
    for (const { kind, key, rev } of changes) {
      const first = body.applied[next];
      if (first?.kind === kind && first.key === key && first.rev === rev) {
        applied.push(first);
        next += 1;
      } else {
        duplicates.push({ kind, key, rev });
      }
    }
    return { applied, duplicates, seq: body.seq };
  });
}

/** The protocol's error in a body. */
export function errorOf(body: unknown): Refusal | undefined {
  const error = isObject(body) ? body["error"] : undefined;
  return isObject(error) && typeof error["code"] === "string"
    ? ({ message: "", ...error } as unknown as Refusal)
    : undefined;
}

function messageOf(body: unknown): string {
  const error = errorOf(body);
  return error ? `${error.code}: ${error.message}` : "";
}

/** Only the room refuses: a page of a proxy that says 400 is a fault on the way to it. */
function refusalOf(status: number, body: unknown): Refusal | undefined {
  const error = errorOf(body);
  if (status === 413 && !error) {
    const message = "something before the room takes no such bodies";
    return { status, code: "too_large", message };
  }
  if (!REFUSALS.includes(status) || !error) return undefined;
  const { code, message, change, path, found, stored } = error;
  return {
    status,
    code,
    message,
    ...(Number.isInteger(change) && { change: change as number }),
    ...(path !== undefined && { path }),
    ...(found !== undefined && { found }),
    ...(stored !== undefined && { stored }),
  };
}

function retryAfter(answer: Exclude<Answer, { lost: string }>, now: number): number {
  const text = (answer.retryAfter ?? "").trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, MAX_RETRY_AFTER);
  const until = /GMT$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(until)) return 0;
  // The sender's clock decides, if it says what time it has.
  const sent = Date.parse(answer.date ?? "");
  return Math.min(Math.max(0, until - (Number.isNaN(sent) ? now : sent)), MAX_RETRY_AFTER);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

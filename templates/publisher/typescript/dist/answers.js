import { longest } from "./pace.js";
/** Milliseconds. A longer `Retry-After` counts as this. */
export const MAX_RETRY_AFTER = 300_000;
const REFUSALS = [400, 409, 413, 422];
/** Decides what follows from an answer to the request that carried `batch`. */
export function judge(answer, batch, circumstances) {
    const { failures, pace, mends, now } = circumstances;
    const upTo = longest(pace, failures);
    if ("lost" in answer)
        return { wait: { atLeast: 0, upTo }, reason: answer.lost };
    const { status, body } = answer;
    if (status === 200 && isResult(body))
        return { delivered: sharedOut(body, batch) };
    const reason = `${status} ${messageOf(body)}`.trim();
    if (status === 401 || status === 403)
        return { stop: reason };
    const refusal = refusalOf(status, body);
    if (!refusal)
        return { wait: { atLeast: retryAfter(answer, now), upTo }, reason };
    return refused(refusal, batch, mends);
}
function refused(refusal, batch, mends) {
    const place = placeOf(refusal.change, batch);
    if (refusal.code === "base_mismatch" && mends && place)
        return { mend: place };
    if (batch.length > 1)
        return { fewer: Math.max(1, place?.publish ?? 1) };
    return { setAside: refusal };
}
/** Which change of which publish that index of the whole request is. */
function placeOf(index, batch) {
    if (index === undefined)
        return undefined;
    let change = index;
    for (const [publish, changes] of batch.entries()) {
        if (change < changes.length)
            return { publish, change };
        change -= changes.length;
    }
    return undefined;
}
function isResult(body) {
    return (isObject(body) &&
        Array.isArray(body["applied"]) &&
        Array.isArray(body["duplicates"]) &&
        isObject(body["seq"]));
}
/** Gives each publish its part of the two lists; both are in the order of the changes. */
function sharedOut(body, batch) {
    let next = 0;
    return batch.map((changes) => {
        const applied = [];
        const duplicates = [];
        for (const { kind, key, rev } of changes) {
            const first = body.applied[next];
            if (first?.kind === kind && first.key === key && first.rev === rev) {
                applied.push(first);
                next += 1;
            }
            else {
                duplicates.push({ kind, key, rev });
            }
        }
        return { applied, duplicates, seq: body.seq };
    });
}
/** The protocol's error in a body. */
export function errorOf(body) {
    const error = isObject(body) ? body["error"] : undefined;
    return isObject(error) && typeof error["code"] === "string"
        ? { message: "", ...error }
        : undefined;
}
function messageOf(body) {
    const error = errorOf(body);
    return error ? `${error.code}: ${error.message}` : "";
}
/** Only the room refuses: a page of a proxy that says 400 is a fault on the way to it. */
function refusalOf(status, body) {
    const error = errorOf(body);
    if (status === 413 && !error) {
        const message = "something before the room takes no such bodies";
        return { status, code: "too_large", message };
    }
    if (!REFUSALS.includes(status) || !error)
        return undefined;
    const { code, message, change, path, found, stored } = error;
    return {
        status,
        code,
        message,
        ...(Number.isInteger(change) && { change: change }),
        ...(path !== undefined && { path }),
        ...(found !== undefined && { found }),
        ...(stored !== undefined && { stored }),
    };
}
function retryAfter(answer, now) {
    const text = (answer.retryAfter ?? "").trim();
    if (/^\d+$/.test(text))
        return Math.min(Number(text) * 1000, MAX_RETRY_AFTER);
    const until = /GMT$/.test(text) ? Date.parse(text) : NaN;
    if (Number.isNaN(until))
        return 0;
    // The sender's clock decides, if it says what time it has.
    const sent = Date.parse(answer.date ?? "");
    return Math.min(Math.max(0, until - (Number.isNaN(sent) ? now : sent)), MAX_RETRY_AFTER);
}
function isObject(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Changes as bytes: the same ones that the publisher in Python sends. */
/**
 * Writes a value as JSON.
 *
 * @throws TypeError for what JSON would lose or change: NaN, bigint, a Map, undefined in an array.
 */
export function jsonText(value) {
    check(value);
    return JSON.stringify(value);
}
function check(value) {
    if (typeof value === "number" && !Number.isFinite(value))
        throw noForm(String(value));
    if (["bigint", "function", "symbol"].includes(typeof value))
        throw noForm(typeof value);
    if (typeof value !== "object" || value === null)
        return;
    if (value instanceof Map || value instanceof Set)
        throw noForm(value.constructor.name);
    if (Array.isArray(value)) {
        if (value.includes(undefined))
            throw noForm("undefined in an array");
        value.forEach(check);
    }
    else if (!("toJSON" in value)) {
        Object.values(value).forEach(check);
    }
}
function noForm(what) {
    return new TypeError(`${what} has no form in JSON`);
}
/** Makes a request's body of publishes, each a JSON array of changes. */
export function bodyOf(publishes) {
    return `{"changes":[${publishes.map((changes) => changes.slice(1, -1)).join(",")}]}`;
}
/**
 * Names a request by what it says: a repeat has the same name, even after a crash.
 *
 * So what is published again byte for byte within a day is answered as it was the first time.
 */
export async function idempotencyKey(body) {
    const hash = await crypto.subtle.digest("SHA-256", utf8(body));
    return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
/** How many bytes a text has in UTF-8. */
export function byteLength(text) {
    return utf8(text).byteLength;
}
function utf8(text) {
    return new TextEncoder().encode(text);
}

import { idempotencyKey } from "./encoding.js";
/** The Worker at one address. */
export class Room {
    #url;
    #authorization;
    #timeout;
    #fetch;
    /**
     * @param url where it answers, such as `https://table.example.workers.dev`.
     * @param publishKey its `PUBLISH_KEY`.
     * @param timeout ms for one request, all in all.
     * @throws RangeError: that is no address, or no key; neither is repeated.
     */
    constructor(url, publishKey, timeout, fetch) {
        if (!/^https?:\/\/[^/@?#]+[^@?#]*$/.test(url) || !URL.canParse(url)) {
            throw new RangeError("the room's address must look like https://table.example.workers.dev");
        }
        if (!/^[\x20-\x7e]+$/.test(publishKey)) {
            throw new RangeError("the publish key is empty, or has characters that no header can carry");
        }
        this.#url = url.replace(/\/+$/, "");
        this.#authorization = `Bearer ${publishKey}`;
        this.#timeout = timeout;
        this.#fetch = fetch;
    }
    /** Sends one request's worth of changes. */
    async publish(session, body, signal) {
        const headers = { "idempotency-key": await idempotencyKey(body) };
        return this.ask("POST", `${session}/publish`, signal, body, headers);
    }
    /** Sends a request about a session; a failure is a value, not an exception. */
    async ask(method, path, signal, body, more = {}) {
        const headers = { authorization: this.#authorization, ...more };
        if (body !== undefined)
            headers["content-type"] = "application/json";
        const limit = AbortSignal.any([signal, AbortSignal.timeout(this.#timeout)]);
        try {
            const response = await this.#fetch(`${this.#url}/parties/session/${path}`, {
                method,
                headers,
                redirect: "manual",
                signal: limit,
                ...(body !== undefined && { body }),
            });
            const retryAfter = response.headers.get("retry-after") ?? "";
            const date = response.headers.get("date") ?? "";
            return { status: response.status, body: parsed(await response.text()), retryAfter, date };
        }
        catch (error) {
            return { lost: reasonOf(error) };
        }
    }
}
function parsed(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        return undefined;
    }
}
/** What fetch says itself is only "fetch failed". */
function reasonOf(error) {
    if (!(error instanceof Error))
        return String(error);
    const { name, message, cause } = error;
    return cause instanceof Error ? `${name}: ${cause.message}` : `${name}: ${message}`;
}

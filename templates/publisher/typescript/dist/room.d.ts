/** Requests to the Worker. */
import type { Answer } from "./answers.js";
/** What `fetch` is called like here. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;
/** The Worker at one address. */
export declare class Room {
    #private;
    /**
     * @param url where it answers, such as `https://table.example.workers.dev`.
     * @param publishKey its `PUBLISH_KEY`.
     * @param timeout ms for one request, all in all.
     * @throws RangeError: that is no address, or no key; neither is repeated.
     */
    constructor(url: string, publishKey: string, timeout: number, fetch: Fetch);
    /** Sends one request's worth of changes. */
    publish(session: string, body: string, signal: AbortSignal): Promise<Answer>;
    /** Sends a request about a session; a failure is a value, not an exception. */
    ask(method: string, path: string, signal: AbortSignal, body?: string, more?: Readonly<Record<string, string>>): Promise<Answer>;
}

/** Requests to the Worker. */
import type { Answer } from "./answers.ts";
import { idempotencyKey } from "./encoding.ts";

/** What `fetch` is called like here. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The Worker at one address. */
export class Room {
  readonly #url: string;
  readonly #authorization: string;
  readonly #timeout: number;
  readonly #fetch: Fetch;

  /**
   * @param url where it answers, such as `https://table.example.workers.dev`.
   * @param publishKey its `PUBLISH_KEY`.
   * @param timeout ms for one request, all in all.
   * @throws RangeError: that is no address, or no key; neither is repeated.
   */
  constructor(url: string, publishKey: string, timeout: number, fetch: Fetch) {
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
  async publish(session: string, body: string, signal: AbortSignal): Promise<Answer> {
    const headers = { "idempotency-key": await idempotencyKey(body) };
    return this.ask("POST", `${session}/publish`, signal, body, headers);
  }

  /** Sends a request about a session; a failure is a value, not an exception. */
  async ask(
    method: string,
    path: string,
    signal: AbortSignal,
    body?: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const headers: Record<string, string> = { authorization: this.#authorization, ...more };
    if (body !== undefined) headers["content-type"] = "application/json";
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
    } catch (error) {
      return { lost: reasonOf(error) };
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What fetch says itself is only "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message, cause } = error;
  return cause instanceof Error ? `${name}: ${cause.message}` : `${name}: ${message}`;
}

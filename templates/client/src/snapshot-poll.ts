/** The room's own view over HTTP, for networks that let no websocket through. */
import { sessionAddress } from "./address.ts";
import { isEntity } from "./entities.ts";
import { isObject } from "./merge.ts";
import { obtainTicket } from "./ticket.ts";
import type { Poll, Polled, SessionOptions } from "./types.ts";

/**
 * A poll of the room itself: for `poll` of a session, or `pollWhenOffline`, every 2 s and more.
 *
 * It asks for a ticket when it has none that works, and for the view with the ETag of the last
 * one, so that nothing is sent again while nothing changes.
 *
 * @throws TypeError where host or session can't be one
 */
export function snapshotPoll(options: Pick<SessionOptions, "host" | "session" | "ticket">): Poll {
  const url = `${sessionAddress(options.host, options.session).href}/snapshot`;
  let ticket: string | undefined;
  let last: { readonly etag: string; readonly polled: Polled } | undefined;

  async function get(signal: AbortSignal): Promise<Response> {
    ticket ??= (await obtainTicket(options.ticket, signal)).text;
    const headers: Record<string, string> = { authorization: `Bearer ${ticket}` };
    if (last) headers["if-none-match"] = last.etag;
    return fetch(url, { headers, signal, cache: "no-store" });
  }

  return async (signal) => {
    const isOld = ticket !== undefined;
    let response = await get(signal);
    if (response.status === 401) {
      ticket = undefined;
      if (isOld) response = await get(signal);
    }
    if (response.status === 304 && last) return last.polled;
    if (response.status !== 200) {
      ticket = undefined;
      throw new Error(`the room answered ${response.status}`);
    }
    const view: unknown = await response.json();
    if (!isObject(view) || !Array.isArray(view.entities) || !view.entities.every(isEntity)) {
      throw new Error("the room answered something that is no view");
    }
    const polled = { entities: view.entities };
    last = { etag: response.headers.get("etag") ?? "", polled };
    return polled;
  };
}

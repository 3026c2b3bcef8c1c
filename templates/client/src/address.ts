/** Where a room is. */
import type { Cursor } from "./protocol.ts";

const NAME = /^[A-Za-z0-9_-]{1,128}$/;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?(\/|$)/;

/**
 * The address of a session in a room, over HTTP.
 *
 * @param host with or without a scheme; without, https, but http on this machine
 * @throws TypeError where host or session can't be one
 */
export function sessionAddress(host: string, session: string): URL {
  if (!NAME.test(session)) {
    throw new TypeError(`session ${JSON.stringify(session)}: 1 to 128 letters, digits, _ and - make a name`);
  }
  const given = /^\w+:\/\//.test(host) ? host : `${LOOPBACK.test(host) ? "http" : "https"}://${host}`;
  const text = given.replace(/^ws/, "http");
  if (!/^https?:/.test(text) || !URL.canParse(text)) {
    throw new TypeError(`host ${JSON.stringify(host)}: give it as room.example or https://room.example`);
  }
  const base = new URL(text);
  return new URL(`${base.pathname.replace(/\/*$/, "")}/parties/session/${session}`, base);
}

/** What to open a websocket to. */
export function socketAddress(address: URL, ticket: string, cursor: Cursor | undefined): string {
  const url = new URL(address);
  url.protocol = url.protocol.replace("http", "ws");
  const place = cursor ? { epoch: cursor.epoch, seq: String(cursor.seq) } : {};
  url.search = new URLSearchParams({ ticket, ...place }).toString();
  return url.href;
}

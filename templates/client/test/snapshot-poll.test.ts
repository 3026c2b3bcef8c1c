/** The room polled over HTTP, at a server of this machine. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { snapshotPoll } from "../src/snapshot-poll.ts";
import { note } from "./fakes/table.ts";
import { claimsOf, ticketFor } from "./fakes/tickets.ts";

/** `GET …/snapshot` by the protocol's rules. */
class Snapshots {
  seq = 1;
  entities: unknown = [note("a", "A")];
  status = 200;
  /** Tickets of before are refused. */
  since = 0;
  readonly statuses: number[] = [];
  readonly #server = createServer((request, response) => this.#answer(request, response));

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const claims = claimsOf((request.headers.authorization ?? "").replace("Bearer ", ""));
    const etag = `"e1.player:${this.seq}"`;
    let status = this.status;
    if (!claims || claims.iat < this.since) status = 401;
    else if (request.url !== "/parties/session/friday/snapshot") status = 404;
    else if (request.headers["if-none-match"] === etag && status === 200) status = 304;
    this.statuses.push(status);
    response.writeHead(status, { etag });
    response.end(status === 200 ? JSON.stringify({ epoch: "e1.player", seq: this.seq, entities: this.entities }) : "");
  }
}

let room: Snapshots;
let host: string;
const { signal } = new AbortController();

beforeEach(async () => {
  room = new Snapshots();
  host = await room.start();
});
afterEach(() => room.stop());

it("gives the view, and asks only whether there is something new", async () => {
  let tickets = 0;
  const poll = snapshotPoll({ host, session: "friday", ticket: () => ((tickets += 1), ticketFor()) });
  const first = await poll(signal);
  expect(first).toEqual({ entities: [note("a", "A")] });
  expect(await poll(signal)).toBe(first);
  room.seq = 2;
  room.entities = [note("a", "B")];
  expect(await poll(signal)).toEqual({ entities: [note("a", "B")] });
  expect(room.statuses).toEqual([200, 304, 200]);
  expect(tickets).toBe(1);
});

it("gets a new ticket when the old one has run out", async () => {
  let iat = 100;
  const poll = snapshotPoll({ host, session: "friday", ticket: () => ticketFor({ iat: (iat += 100), exp: 9e9 }) });
  await poll(signal);
  room.since = 250;
  expect(await poll(signal)).toEqual({ entities: [note("a", "A")] });
  expect(room.statuses).toEqual([200, 401, 304]);
});

it("fails, and tries with another ticket, when the room refuses", async () => {
  const poll = snapshotPoll({ host, session: "friday", ticket: () => ticketFor({}, "forged") });
  await expect(poll(signal)).rejects.toThrow("401");
  await expect(poll(signal)).rejects.toThrow("401");
  room.status = 500;
  await expect(snapshotPoll({ host, session: "friday", ticket: () => ticketFor() })(signal)).rejects.toThrow("500");
});

it("fails on what is no view", async () => {
  room.entities = [{ kind: "note" }];
  const poll = snapshotPoll({ host, session: "friday", ticket: () => ticketFor() });
  await expect(poll(signal)).rejects.toThrow("no view");
});

it("stops when it is told to", async () => {
  const poll = snapshotPoll({ host, session: "friday", ticket: () => ticketFor() });
  await expect(poll(AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
  expect(room.statuses).toEqual([]);
});

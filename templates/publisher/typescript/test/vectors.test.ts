/** The vectors that both publishers are held to. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { jwtVerify } from "jose";
import { judge, type Answer, type Batch, type Verdict } from "../src/answers.ts";
import * as vp from "../src/index.ts";
import { PACE } from "../src/pace.ts";
import type { Fetch } from "../src/room.ts";

const URL_ = "http://room.test";
const QUIET = { warn: () => {}, error: () => {} };

// The folder lies beside this package, or within it, where both of them were put into an app.
const PLACES = ["../vectors/", "../../vectors/"].map((path) => new URL(path, import.meta.url));

function vectors(name: string): any {
  const folder = PLACES.find((place) => existsSync(place));
  assert.ok(folder, "the folder vectors/ is missing");
  const text = readFileSync(new URL(`${name}.json`, folder), "utf8");
  return JSON.parse(text.replace("@@262144@@", "x".repeat(262144)));
}

const make: Record<string, (...args: any[]) => vp.Change> = {
  put: vp.put,
  patch: vp.patch,
  delete: vp.del,
};

function changesOf(commands: Record<string, unknown[]>[]): vp.Change[] {
  return commands.flatMap((command) =>
    Object.entries(command).map(([name, args]) => make[name]!(...args)),
  );
}

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
}

/** Gives one answer after the other, and keeps the requests. */
function script(answers: (Response | Error)[]): { sent: Sent[]; fetch: Fetch } {
  const sent: Sent[] = [];
  const rest = [...answers];
  const fetch: Fetch = async (url, init) => {
    sent.push({ url, init });
    const answer = rest.shift() ?? new Response("a request too many", { status: 401 });
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { sent, fetch };
}

const requests = vectors("requests");

for (const { name, command, request } of requests.cases) {
  test(`becomes these bytes: ${name}`, async () => {
    const body = { applied: [], duplicates: [], seq: {}, closed: 0, epoch: "e", version: "v" };
    const { sent, fetch } = script([Response.json(body)]);
    const publisher = new vp.Publisher(URL_, requests.publishKey, { fetch });
    const [[verb, { session, changes, ...who }]] = Object.entries<any>(command) as [[string, any]];
    if (verb === "publish") await publisher.publish(session, changesOf(changes));
    else if (verb === "kick") await publisher.kick(session, who);
    else if (verb === "forget") await publisher.forget(session);
    else await publisher.health(session);
    assert.equal(sent.length, 1);
    const [{ url, init }] = sent as [Sent];
    assert.equal(init.method, request.method);
    assert.equal(url, URL_ + request.path);
    assert.equal(init.body ?? "", request.body);
    assert.deepEqual(init.headers, request.headers);
  });
}

for (const { name, session, changes } of requests.wrong) {
  test(`is refused at once: ${name}`, async () => {
    const { sent, fetch } = script([]);
    const publisher = new vp.Publisher(URL_, "key", { fetch });
    await assert.rejects(async () => publisher.publish(session, changesOf(changes)));
    assert.deepEqual(sent, []);
  });
}

for (const { name, command, claims, wrong } of requests.tickets) {
  test(`ticket: ${name}`, async () => {
    const ticket = vp.mintTicket(requests.ticketKey, command);
    if (wrong) return assert.rejects(ticket, RangeError);
    const key = new TextEncoder().encode(requests.ticketKey);
    const currentDate = new Date(command.now * 1000);
    const { payload } = await jwtVerify(await ticket, key, { currentDate, algorithms: ["HS256"] });
    assert.deepEqual(payload, claims);
  });
}

function told(verdict: Verdict): unknown {
  if ("wait" in verdict) {
    const { atLeast, upTo } = verdict.wait;
    return { wait: { atLeast: atLeast / 1000, upTo: upTo / 1000 } };
  }
  if ("stop" in verdict) return { stop: true };
  if (!("setAside" in verdict)) return verdict;
  const { message, ...said } = verdict.setAside;
  assert.ok(message);
  return { setAside: Object.fromEntries(Object.entries(said).filter(([, it]) => it !== null)) };
}

const answers = vectors("answers");

for (const { name, batch, answer, verdict, failures = 0, mends = true, now = 0 } of answers.cases) {
  test(`an answer: ${name}`, () => {
    const circumstances = { failures, mends, now: now * 1000, pace: PACE };
    const judged = judge(answer as Answer, answers.batches[batch] as Batch, circumstances);
    assert.deepEqual(told(judged), verdict);
  });
}

for (const { name, queue, steps, ends, wholeRows } of vectors("conversations").cases) {
  test(`a conversation: ${name}`, async () => {
    const { sent, fetch } = script(steps.map(({ answer }: any) => scripted(answer)));
    const wholeRow = (_session: string, kind: string, key: string): vp.WholeRow | undefined => {
      const found = wholeRows[`${kind}/${key}`];
      return found && { row: found.row, rev: found.rev++ }; // as a replica that catches up
    };
    const publisher = new vp.Publisher(URL_, "key", {
      fetch,
      log: QUIET,
      pace: { firstWait: 0, longestWait: 0 },
      ...(wholeRows && { wholeRow }),
    });
    const publishes = queue.map((changes: vp.Change[]) => publisher.publish("friday", changes));
    const settled = await Promise.allSettled<vp.Published>(publishes);
    assert.deepEqual(sent.map(({ init }) => init.body), steps.map(({ body }: any) => body));
    assert.deepEqual(settled.map(end), ends);
  });
}

function scripted(answer: any): Response | Error {
  if ("lost" in answer) return new TypeError(answer.lost);
  const { status, body, retryAfter } = answer;
  const headers: Record<string, string> = retryAfter ? { "retry-after": retryAfter } : {};
  return new Response(body ? JSON.stringify(body) : "<html>", { status, headers });
}

function end(settled: PromiseSettledResult<vp.Published>): string {
  if (settled.status === "fulfilled") return "delivered";
  if (settled.reason instanceof vp.RefusedError) return settled.reason.refusal.code;
  assert.ok(settled.reason instanceof vp.KeyRefusedError, String(settled.reason));
  return "key_refused";
}

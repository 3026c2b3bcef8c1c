/** The shared vectors, against this room. */
import { describe, expect, it } from "vitest";
import { digestOf } from "../src/digest.ts";
import { Draft } from "../src/draft.ts";
import type { Audience } from "../src/kinds.ts";
import { applyMergePatch, type Json } from "../src/merge-patch.ts";
import { CLOSE, ROOM_ERROR_CODES, serverFrame, type Cursor, type Entity, type PublishResult, type ServerFrame } from "../src/protocol.ts";
import { entitiesFor, planPublish } from "../src/publish.ts";
import { Refusal } from "../src/refusal.ts";
import { parsePublish } from "../src/request.ts";
import { audiencesOf, isLive, type LiveRow } from "../src/views.ts";
import client from "../vectors/client.json";
import closes from "../vectors/closes.json";
import digests from "../vectors/digests.json";
import { Follower } from "../vectors/follow.ts";
import mergePatch from "../vectors/merge-patch.json";
import streams from "../vectors/streams.json";
import { call, freshSession, ticket, tryPublish } from "./client.ts";

/** One publish of streams.json. */
interface Publish {
  readonly changes: readonly unknown[];
  readonly answer?: PublishResult;
  readonly refused?: { readonly status: number };
  readonly deltas?: readonly { readonly for: readonly string[]; readonly changes: unknown }[];
  readonly begins?: readonly string[];
  readonly ends?: readonly string[];
}
interface Scenario {
  readonly name: string;
  readonly publishes: readonly Publish[];
  readonly views: readonly { readonly for: readonly string[]; readonly entities: unknown }[];
}

const scenarios = streams.cases as unknown as readonly Scenario[];

describe("merge-patch.json", () => {
  it.each(mergePatch.cases)("$original + $patch", ({ original, patch, result }) => {
    expect(applyMergePatch(original as unknown as Json, patch as unknown as Json)).toEqual(result);
  });
});

describe("digests.json", () => {
  it.each(digests.cases)("$name", async ({ json, sha256 }) => {
    expect(await digestOf(JSON.parse(json) as Entity[])).toBe(sha256);
  });
});

/** What a publish does to these rows, as the vectors have it. */
function publishTo(rows: Draft, changes: readonly unknown[]) {
  const before = audiencesOf(rows);
  const plan = planPublish(parsePublish(JSON.stringify({ changes })).changes, rows);
  plan.writes.forEach((row) => rows.write(row));
  const after = audiencesOf(rows);
  const begins = after.filter((audience) => !before.includes(audience));
  const ends = before.filter((audience) => !after.includes(audience));
  return { plan, begins, ends, moved: [...ends, ...begins].map((name) => name.slice("user:".length)).sort() };
}

function refusal(of: () => unknown): object | undefined {
  try {
    of();
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, ...error.body };
    throw error;
  }
  return undefined;
}

describe("streams.json, as planned", () => {
  it.each(scenarios)("$name", ({ publishes, views }) => {
    const rows = new Draft({ get: () => undefined, referrers: () => [], owners: () => new Map() });
    for (const { changes, answer, refused, deltas = [], begins = [], ends = [] } of publishes) {
      if (refused) {
        expect(refusal(() => publishTo(rows, changes))).toMatchObject(refused);
        continue;
      }
      const done = publishTo(rows, changes);
      const { applied, duplicates } = done.plan;
      expect({ applied, duplicates }).toEqual({ applied: answer?.applied, duplicates: answer?.duplicates });
      const expected = deltas.flatMap((delta) => delta.for.map((who) => [who, delta.changes]));
      expect(Object.fromEntries(done.plan.deltas)).toEqual(Object.fromEntries(expected));
      expect(done).toMatchObject({ begins, ends });
      expect(done.plan.moved).toEqual(done.moved);
    }
    const live = rows.written().filter((row): row is LiveRow => isLive(row));
    const seen = audiencesOf(rows).map((who) => [who, entitiesFor(rows, live, who)]);
    expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(viewsOf(views)));
  });
});

describe("streams.json, over HTTP", () => {
  it.each(scenarios)("$name", async ({ publishes, views }) => {
    const session = freshSession();
    for (const { changes, answer, refused } of publishes) {
      const response = await tryPublish(session, changes);
      const body = await response.json();
      if (answer) expect(body).toEqual(answer);
      if (refused) expect({ status: response.status, ...(body as { error: object }).error }).toMatchObject(refused);
    }
    const seqs = publishes.findLast(({ answer }) => answer)?.answer?.seq;
    for (const [audience, entities] of viewsOf(views)) {
      expect(await seenBy(session, audience)).toMatchObject({ audience, entities, seq: seqs?.[audience] });
    }
  });
});

function viewsOf(views: Scenario["views"]): [string, unknown][] {
  return views.flatMap((view) => view.for.map((who): [string, unknown] => [who, view.entities]));
}

async function seenBy(session: string, audience: string): Promise<unknown> {
  const [role, sub = "nobody"] = audience.startsWith("user:")
    ? ["player", audience.slice("user:".length)]
    : [audience as Audience];
  const authorization = `Bearer ${await ticket(session, role, { sub })}`;
  return (await call(`/parties/session/${session}/snapshot`, { headers: { authorization } })).json();
}

describe("client.json", () => {
  it.each(client.cases)("$name", ({ steps, view }) => {
    const follower = new Follower();
    for (const step of steps as { frame?: ServerFrame; does: string; cursor: Cursor | null }[]) {
      if (!step.frame) {
        follower.connect();
        continue;
      }
      const did = follower.take(step.frame);
      expect({ frame: step.frame, did, cursor: follower.cursor ?? null }).toEqual({
        frame: step.frame,
        did: step.does,
        cursor: step.cursor,
      });
    }
    expect(follower.entities).toEqual(view);
  });

  it("has frames as the protocol has them", () => {
    const frames = client.cases.flatMap(({ steps }) => steps.flatMap((step) => ("frame" in step ? [step.frame] : [])));
    for (const frame of frames) if (frame?.type !== "weather") serverFrame.parse(frame);
    expect(new Set(frames.map((frame) => frame?.type)).size).toBe(7);
  });
});

describe("closes.json", () => {
  it("has every way in which a room closes a socket", () => {
    const cases = closes.cases.map(({ close, error }) => ({ close, error }));
    expect(cases.map(({ close }) => close)).toEqual(expect.arrayContaining(Object.values(CLOSE)));
    expect(cases.map(({ error }) => error)).toEqual(expect.arrayContaining([...ROOM_ERROR_CODES]));
  });
});

/** The shared vectors, played through this client's view. */
import { describe, expect, it } from "vitest";
import { merge } from "../src/merge.ts";
import { readFrame } from "../src/frames.ts";
import type { Cursor, ServerFrame } from "../src/protocol.ts";
import { BLANK, reconnected, take, type View } from "../src/view.ts";
import client from "../../party/vectors/client.json";
import mergePatch from "../../party/vectors/merge-patch.json";
import { listed } from "./fakes/listed.ts";

type Step = { readonly event: "connect" } | { readonly frame: ServerFrame; readonly does: string; readonly cursor: Cursor | null };

describe("merge-patch.json", () => {
  it.each(mergePatch.cases)("$original + $patch", ({ original, patch, result }) => {
    expect(merge(original, patch)).toEqual(result);
  });
});

describe("client.json", () => {
  it.each(client.cases)("$name", ({ steps, view: expected }) => {
    let view: View = BLANK;
    for (const step of steps as readonly Step[]) {
      if ("event" in step) {
        view = reconnected(view);
        continue;
      }
      const read = readFrame(JSON.stringify(step.frame));
      const [next, does] = read === "unknown" || read === "foreign" ? [view, "ignore"] as const : take(view, read);
      view = next;
      expect({ frame: step.frame, does, cursor: view.cursor ?? null }).toEqual(step);
    }
    expect(listed(view.entities)).toEqual(expected);
  });
});

it("doesn't make one snapshot of two", () => {
  const part = (number: number, seq: number, key: string) =>
    ({ type: "snapshot", epoch: "e", seq, part: number, parts: 2, entities: [{ kind: "note", key, value: {} }] }) as ServerFrame;
  const [first] = take(BLANK, part(1, 1, "a"));
  expect(take(first, part(2, 2, "b"))[1]).toBe("resume");
  expect(take(first, part(2, 1, "b"))[1]).toBe("replace");
});

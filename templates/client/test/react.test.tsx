// @vitest-environment happy-dom
import { act, render, renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { useOfflineInterval, usePresence, useSessionState } from "../src/react.ts";
import { pass, useTestClock } from "./clock.ts";
import { FakeSession } from "./fake-session.ts";

const hero = { sceneId: "cave", name: "Hero", x: 0, y: 0, width: 1, height: 1 };
const cursor = { user: "ann", role: "player", kind: "cursor", value: { sceneId: "cave", x: 1, y: 2 } } as const;

useTestClock();

describe("useSessionState", () => {
  it("renders what was selected, again only when that changed", () => {
    const session = new FakeSession();
    let renders = 0;
    const { result } = renderHook(() => {
      renders += 1;
      return useSessionState(session, (state) => state.entities.token.hero?.x);
    });
    expect(result.current).toBeUndefined();
    act(() => session.put("token", "hero", hero));
    act(() => session.put("token", "hero", { ...hero, y: 5 }));
    act(() => session.put("note", "n", { name: "Note" }));
    expect([result.current, renders]).toEqual([0, 2]);
    act(() => session.put("token", "hero", { ...hero, x: 7 }));
    expect([result.current, renders]).toEqual([7, 3]);
  });

  it("takes a list that is made anew each time for the same while the same things are in it", () => {
    const session = new FakeSession();
    session.put("token", "hero", hero);
    let renders = 0;
    const { result, rerender } = renderHook(() => {
      renders += 1;
      return useSessionState(session, (state) => Object.values(state.entities.token));
    });
    const first = result.current;
    act(() => session.put("note", "n", { name: "Note" }));
    expect(renders).toBe(1);
    rerender();
    expect(result.current).toBe(first);
    act(() => session.put("token", "ogre", { ...hero, name: "Ogre" }));
    expect(result.current.map(({ name }) => name)).toEqual(["Hero", "Ogre"]);
  });

  it("goes over to another session", () => {
    const [one, two] = [new FakeSession(), new FakeSession()];
    two.become("live");
    const { result, rerender } = renderHook(({ session }) => useSessionState(session, (state) => state.status), {
      initialProps: { session: one },
    });
    rerender({ session: two });
    expect(result.current).toBe("live");
    expect([one.listeners, two.listeners]).toEqual([0, 1]);
  });
});

describe("usePresence", () => {
  it("gives what is shown of one kind, and doesn't render for another", () => {
    const session = new FakeSession();
    let renders = 0;
    function Cursors() {
      renders += 1;
      return usePresence(session, "cursor").map(({ user, value }) => `${user} ${value.x},${value.y}`);
    }
    const { container } = render(<Cursors />);
    act(() => session.show(cursor));
    expect(container.textContent).toBe("ann 1,2");
    const drag = { user: "bob", role: "gm", kind: "drag", value: { tokenId: "t", x: 0, y: 0 } } as const;
    act(() => session.show(cursor, drag));
    expect(renders).toBe(2);
  });
});

describe("useOfflineInterval", () => {
  const intervalOf = (session: FakeSession) => renderHook(() => useOfflineInterval(session, 2_000)).result;

  it("is off while live, on after the grace time, and off again", async () => {
    const session = new FakeSession();
    session.become("live");
    const interval = intervalOf(session);
    await pass(60_000);
    expect(interval.current).toBe(false);
    act(() => session.become("connecting"));
    await pass(4_999);
    expect(interval.current).toBe(false);
    await pass(1);
    expect(interval.current).toBe(2_000);
    act(() => session.become("live"));
    expect(interval.current).toBe(false);
  });

  it("is not starved by reconnects that fail", async () => {
    const session = new FakeSession();
    const interval = intervalOf(session);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await pass(1_000);
      act(() => session.become("connecting", { code: "unreachable", message: `attempt ${attempt}` }));
    }
    expect(interval.current).toBe(2_000);
  });

  it("counts from the end of the last live time, also for who looks later", async () => {
    const session = new FakeSession();
    intervalOf(session);
    await pass(10_000);
    expect(intervalOf(session).current).toBe(2_000);
    act(() => session.become("live"));
    await pass(10_000);
    act(() => session.become("connecting"));
    await pass(3_000);
    const late = intervalOf(session);
    expect(late.current).toBe(false);
    await pass(2_000);
    expect(late.current).toBe(2_000);
  });

  it("takes a grace time, and no time at all where the session has fallen back by itself", async () => {
    const session = new FakeSession();
    const { result } = renderHook(() => useOfflineInterval(session, 2_000, { grace: 100 }));
    await pass(100);
    expect(result.current).toBe(2_000);
    const other = new FakeSession();
    const interval = intervalOf(other);
    act(() => other.become("fallback"));
    expect(interval.current).toBe(2_000);
  });

  it("is on where only the room doesn't let this page in, off for what is over or closed", () => {
    const session = new FakeSession();
    const interval = intervalOf(session);
    act(() => session.become("closed", { code: "wrong_origin", message: "not from this page" }));
    expect(interval.current).toBe(2_000);
    act(() => session.become("closed", { code: "deleted", message: "the session was deleted" }));
    expect(interval.current).toBe(false);
    act(() => session.close());
    expect(interval.current).toBe(false);
  });

  it("leaves nothing behind", async () => {
    const session = new FakeSession();
    const { unmount } = renderHook(() => useOfflineInterval(session, 2_000));
    const watching = session.listeners;
    unmount();
    expect(session.listeners).toBe(watching - 1);
  });
});

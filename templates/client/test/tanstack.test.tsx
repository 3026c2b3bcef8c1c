// @vitest-environment happy-dom
import { act, render } from "@testing-library/react";
import { focusManager, QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { StrictMode, type ReactNode } from "react";
import { describe, expect, it } from "vitest";
import type { State } from "../src/types.ts";
import { bridgeQuery, useOfflineInterval, useSessionQuery } from "../src/tanstack.ts";
import { AppServer } from "./app-server.ts";
import { pass, useTestClock } from "./clock.ts";
import { FakeSession } from "./fake-session.ts";

const hero = { sceneId: "cave", name: "Hero", x: 0, y: 0, width: 1, height: 1 };
const queryKey = ["hero", "friday"];
const hpOf = (state: State) => state.entities.token.hero?.hp ?? 0;

useTestClock();

function table() {
  const session = new FakeSession();
  const server = new AppServer();
  const client = new QueryClient();
  const options = { queryKey, queryFn: ({ signal }: { signal: AbortSignal }) => server.poll(signal) };
  const show = (children: ReactNode) => {
    return render(<QueryClientProvider client={client}>{children}</QueryClientProvider>).container;
  };
  /** A component as the docs have it. */
  function Hero() {
    return <p>{useSessionQuery(session, { ...options, read: hpOf, every: 2_000 }).data}</p>;
  }
  /** The room broadcasts the hero's hit points. */
  const broadcast = (hp: number) => act(() => session.put("token", "hero", { ...hero, hp }));
  const become = (status: "live" | "connecting") => act(() => session.become(status));
  return { session, server, client, options, show, Hero, broadcast, become };
}

describe("useSessionQuery", () => {
  it("asks nothing while live, polls while cut, asks nothing again", async () => {
    const { server, show, Hero, broadcast, become } = table();
    const page = show(<Hero />);
    await broadcast(10);
    await become("live");
    await pass(60_000);
    expect([page.textContent, server.count()]).toEqual(["10", 0]);

    await become("connecting");
    server.hp = 8;
    await pass(5_000 + 10_000);
    expect([page.textContent, server.count()]).toEqual(["8", 5]);

    await broadcast(7);
    await become("live");
    await pass(60_000);
    expect([page.textContent, server.count()]).toEqual(["7", 0]);
  });

  it("shows a broadcast without asking for it, whatever else makes a query fetch", async () => {
    const { server, client, show, Hero, broadcast, become } = table();
    await become("live");
    const page = show(<Hero />);
    for (let hp = 1; hp <= 5; hp += 1) {
      await broadcast(hp);
      await act(() => client.invalidateQueries());
      act(() => {
        focusManager.setFocused(false);
        focusManager.setFocused(true);
      });
      await pass(1_000);
    }
    expect([page.textContent, server.count()]).toEqual(["5", 0]);
  });

  it("holds for every observer of the query, one with an interval of its own included", async () => {
    const { server, show, Hero, broadcast, become } = table();
    function Ungated() {
      return <p>{useQuery<number>({ queryKey, refetchInterval: 500 }).data}</p>;
    }
    await become("live");
    const page = show([<Hero key="1" />, <Hero key="2" />, <Ungated key="3" />]);
    await broadcast(3);
    await pass(60_000);
    expect([page.textContent, server.count()]).toEqual(["333", 0]);
  });

  it("waits for the room at first, and asks when it doesn't come", async () => {
    const { server, show, Hero } = table();
    const page = show(<Hero />);
    await pass(4_999);
    expect([page.textContent, server.count()]).toEqual(["", 0]);
    await pass(2);
    expect([page.textContent, server.count()]).toEqual(["10", 1]);
  });

  it("drops the answer of a poll that is overtaken, and gives the request up", async () => {
    const { server, show, Hero, broadcast, become } = table();
    const page = show(<Hero />);
    await pass(5_000);
    server.holdAnswers();
    await pass(2_000);
    await broadcast(4);
    await become("live");
    await pass(0);
    server.letGo();
    await pass(10_000);
    expect([page.textContent, server.aborted]).toEqual(["4", 2]);
  });

  it("does all of it in StrictMode too", async () => {
    const { session, server, show, Hero, broadcast, become } = table();
    await become("live");
    const page = show(<StrictMode><Hero /></StrictMode>);
    await pass(0);
    await broadcast(6);
    await pass(10_000);
    expect([page.textContent, server.count()]).toEqual(["6", 0]);
    await become("connecting");
    await pass(7_000);
    expect(server.count()).toBe(1);
    expect(session.listeners).toBeLessThan(5);
  });

  it("tells of an answer that can't be had as useQuery does", async () => {
    const { session, show } = table();
    const queryFn = () => Promise.reject(new Error("the server is down, too"));
    function Hero() {
      return <p>{useSessionQuery(session, { queryKey, queryFn, read: hpOf, every: 2_000, retry: false }).error?.message}</p>;
    }
    const page = show(<Hero />);
    await pass(5_001);
    expect(page.textContent).toBe("the server is down, too");
  });
});

describe("a query that is only gated", () => {
  it("polls while cut and not while live, with useOfflineInterval", async () => {
    const { session, server, options, show, become } = table();
    function Hero() {
      return <p>{useQuery({ ...options, refetchInterval: useOfflineInterval(session, 2_000) }).data}</p>;
    }
    await become("live");
    show(<Hero />);
    await pass(0);
    expect(server.count()).toBe(1);
    await pass(60_000);
    expect(server.count()).toBe(0);
    await become("connecting");
    await pass(5_000 + 10_000);
    expect(server.count()).toBe(5);
    await become("live");
    await pass(60_000);
    expect(server.count()).toBe(0);
  });

  it("is not woken by a function that looks at the status, which is why there is a hook", async () => {
    const { session, server, options, show, become } = table();
    function Hero() {
      const isLive = () => session.getSnapshot().status === "live";
      return <p>{useQuery({ ...options, refetchInterval: () => (isLive() ? false : 2_000) }).data}</p>;
    }
    await become("live");
    show(<Hero />);
    await pass(0);
    server.count();
    await become("connecting");
    await pass(60_000);
    expect(server.count()).toBe(0);
  });

  it("is polled by another observer with an interval of its own, which is why the query is gated too", async () => {
    const { session, server, options, show, become } = table();
    function Hero({ interval }: { readonly interval: number | false }) {
      return <p>{useQuery({ ...options, refetchInterval: interval }).data}</p>;
    }
    function Both() {
      return [<Hero key="1" interval={useOfflineInterval(session, 2_000)} />, <Hero key="2" interval={2_000} />];
    }
    await become("live");
    show(<Both />);
    await pass(10_000);
    expect(server.count()).toBeGreaterThan(4);
  });
});

describe("bridgeQuery", () => {
  it("writes what changed, while live, until it is stopped", async () => {
    const { session, client, broadcast, become } = table();
    const stop = bridgeQuery(client, session, { queryKey, read: hpOf });
    await broadcast(1);
    expect(client.getQueryData(queryKey)).toBeUndefined();
    await become("live");
    expect(client.getQueryData(queryKey)).toBe(1);
    const { dataUpdatedAt } = client.getQueryState(queryKey)!;
    await pass(1_000);
    act(() => session.put("note", "n", { name: "Note" }));
    expect(client.getQueryState(queryKey)!.dataUpdatedAt).toBe(dataUpdatedAt);
    await broadcast(2);
    expect(client.getQueryData(queryKey)).toBe(2);
    stop();
    await broadcast(3);
    expect(client.getQueryData(queryKey)).toBe(2);
  });

  it("writes again after an outage what a poll has overwritten", async () => {
    const { session, client, broadcast, become } = table();
    bridgeQuery(client, session, { queryKey, read: hpOf });
    await broadcast(1);
    await become("live");
    await become("connecting");
    client.setQueryData(queryKey, 9);
    await become("live");
    expect(client.getQueryData(queryKey)).toBe(1);
  });
});

// @vitest-environment happy-dom
import { act, render } from "@testing-library/react";
import { useState, type ReactNode } from "react";
import useSWR, { SWRConfig, useSWRConfig } from "swr";
import { describe, expect, it } from "vitest";
import type { State } from "../src/types.ts";
import { useOfflineInterval, useSessionSWR } from "../src/swr.ts";
import { AppServer } from "./app-server.ts";
import { pass, useTestClock } from "./clock.ts";
import { FakeSession } from "./fake-session.ts";

const hero = { sceneId: "cave", name: "Hero", x: 0, y: 0, width: 1, height: 1 };
const key = "/api/hero";
const hpOf = (state: State) => state.entities.token.hero?.hp ?? 0;

useTestClock();

function table() {
  const session = new FakeSession();
  const server = new AppServer();
  const show = (children: ReactNode) => {
    return render(<SWRConfig value={{ provider: () => new Map() }}>{children}</SWRConfig>).container;
  };
  /** A component as the docs have it. */
  function Hero() {
    return <p>{useSessionSWR(session, key, { fetcher: server.poll, read: hpOf, every: 2_000 }).data}</p>;
  }
  const broadcast = (hp: number) => act(() => session.put("token", "hero", { ...hero, hp }));
  const become = (status: "live" | "connecting") => act(() => session.become(status));
  return { session, server, show, Hero, broadcast, become };
}

describe("useSessionSWR", () => {
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

  it("shows a broadcast without asking for it, whatever else makes SWR revalidate", async () => {
    const { server, show, Hero, broadcast, become } = table();
    let revalidate = (): Promise<unknown> => Promise.reject(new Error("not rendered"));
    function Page() {
      const { mutate } = useSWRConfig();
      const [mounts, mount] = useState(0);
      revalidate = () => {
        mount(mounts + 1);
        return mutate(key);
      };
      return <Hero key={mounts} />;
    }
    await become("live");
    const page = show(<Page />);
    for (let hp = 1; hp <= 5; hp += 1) {
      await broadcast(hp);
      await act(revalidate);
      await pass(3_000);
    }
    expect([page.textContent, server.count()]).toEqual(["5", 0]);
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

  it("goes over to another key", async () => {
    const { session, server, broadcast, become } = table();
    function Times({ factor }: { readonly factor: number }) {
      const read = (state: State) => hpOf(state) * factor;
      const options = { fetcher: server.poll, read, every: 2_000, revalidateIfStale: false };
      return <p>{useSessionSWR(session, ["times", factor], options).data}</p>;
    }
    await become("live");
    await broadcast(2);
    const { container, rerender } = render(<Times factor={1} />);
    const shown: (string | null)[] = [];
    for (const [factor, hp] of [[1], [10], [10, 3], [1]] as const) {
      rerender(<Times factor={factor} />);
      if (hp) await broadcast(hp);
      await pass(0);
      shown.push(container.textContent);
    }
    expect(shown).toEqual(["2", "20", "30", "3"]);
  });
});

describe("an interval for SWR", () => {
  /** Requests at first, and while it is up, cut and up again for `ms` each. */
  const polledWith = async (ms: number, interval: (session: FakeSession) => number) => {
    const { session, server, show, become } = table();
    function Hero() {
      return <p>{useSWR(key, () => server.poll(), { refreshInterval: interval(session), dedupingInterval: 0 }).data}</p>;
    }
    await become("live");
    show(<Hero />);
    await pass(0);
    const counts = [server.count()];
    for (const status of ["live", "connecting", "live"] as const) {
      await become(status);
      await pass(ms);
      counts.push(server.count());
    }
    return counts;
  };

  it("is off with 0, which is what useOfflineInterval gives here", async () => {
    expect(await polledWith(15_000, (session) => useOfflineInterval(session, 2_000))).toEqual([1, 0, 5, 0]);
  });

  it("is anything but off with Infinity", async () => {
    const [, live = 0] = await polledWith(1_000, () => Infinity);
    expect(live).toBeGreaterThan(5);
  });
});

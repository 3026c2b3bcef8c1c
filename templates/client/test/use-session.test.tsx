// @vitest-environment happy-dom
import { act, render } from "@testing-library/react";
import { Activity, StrictMode, Suspense, use } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { useSession, useSessionState } from "../src/react.ts";
import type { SessionOptions } from "../src/types.ts";
import { pass, useTestClock } from "./clock.ts";
import { FakeRoom } from "./fakes/room.ts";
import { ticketFor } from "./fakes/tickets.ts";

let room: FakeRoom;
let tickets: number;

useTestClock();
beforeEach(() => {
  room = new FakeRoom();
  tickets = 0;
  vi.stubGlobal("WebSocket", room.network.WebSocket);
  room.publish([{ op: "put", kind: "note", key: "n", value: { name: "Welcome" } }]);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

function ticket(): string {
  tickets += 1;
  return ticketFor();
}

/** A table as the docs have it: its functions are written in place, new ones for each render. */
function Table(options: Partial<SessionOptions>) {
  const session = useSession({ host: "room.example", session: "friday", ticket: () => ticket(), ...options });
  const name = useSessionState(session, ({ entities }) => entities.note.n?.name);
  const status = useSessionState(session, (state) => state.status);
  return <p>{`${status}: ${name}`}</p>;
}

it("opens one socket, with one ticket, in StrictMode too", async () => {
  const { container } = render(<StrictMode><Table /></StrictMode>);
  expect(container.textContent).toBe("connecting: undefined");
  await pass(1_000);
  expect(container.textContent).toBe("live: Welcome");
  expect([room.network.sockets.length, tickets]).toEqual([1, 1]);
});

it("keeps it while the component renders anew, and closes it with the component", async () => {
  const { rerender, unmount } = render(<Table />);
  await pass(1_000);
  for (let count = 0; count < 5; count += 1) rerender(<Table />);
  await pass(60_000);
  expect([room.network.sockets.length, tickets]).toEqual([1, 1]);
  unmount();
  await pass(1_000);
  expect(room.network.open).toEqual([]);
  await pass(60_000);
  expect(tickets).toBe(1);
});

it("follows another session when it is told to", async () => {
  const { container, rerender } = render(<Table />);
  await pass(1_000);
  rerender(<Table session="saturday" />);
  expect(container.textContent).toBe("connecting: undefined");
  await pass(1_000);
  expect(room.network.sockets.map(({ url }) => new URL(url).pathname)).toEqual([
    "/parties/session/friday",
    "/parties/session/saturday",
  ]);
  expect(room.network.open.length).toBe(1);
});

it("calls the functions of the newest render", async () => {
  const polled = vi.fn();
  const poll = (name: string) => ({ fn: async () => polled(name), every: 1_000 });
  const { rerender } = render(<Table poll={poll("first")} />);
  await pass(1_000);
  rerender(<Table poll={poll("second")} ticket={() => ticketFor({ sub: "bob" })} />);
  room.network.down();
  await pass(10_000);
  expect(polled).toHaveBeenCalledWith("second");
  expect(polled).not.toHaveBeenCalledWith("first");
  room.network.up();
  await pass(60_000);
  expect(room.seats.map(({ claims }) => claims.sub)).toEqual(["bob"]);
});

it("opens nothing for a component that doesn't get on the page", async () => {
  const never = new Promise<string>(() => {});
  function Waiting() {
    useSession({ host: "room.example", session: "friday", ticket });
    return use(never);
  }
  render(<Suspense fallback="…"><Waiting /></Suspense>);
  await pass(60_000);
  expect([room.network.sockets.length, tickets]).toEqual([0, 0]);
});

it("is closed while it is put aside, and opened again when it is shown", async () => {
  const page = (mode: "visible" | "hidden") => <Activity mode={mode}><Table /></Activity>;
  const { container, rerender } = render(page("visible"));
  await pass(1_000);
  rerender(page("hidden"));
  await pass(1_000);
  expect(room.network.open).toEqual([]);
  act(() => rerender(page("visible")));
  await pass(1_000);
  expect(container.textContent).toBe("live: Welcome");
  expect(room.network.open.length).toBe(1);
});

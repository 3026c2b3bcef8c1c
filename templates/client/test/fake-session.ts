/** A session whose room is a test. */
import { KIND_NAMES, type KindName, type PresenceItem, type Views } from "../src/protocol.ts";
import type { Entities, Poll, Reason, Session, State, Status } from "../src/types.ts";

const nothing = Object.fromEntries(KIND_NAMES.map((kind) => [kind, {}])) as unknown as Entities;

function storeOf<S>(initial: S) {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    getSnapshot: () => state,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    set(next: S) {
      state = next;
      for (const listener of [...listeners]) listener();
    },
    get listeners() {
      return listeners.size;
    },
  };
}

export class FakeSession implements Session {
  readonly #store = storeOf<State>({ status: "connecting", entities: nothing });
  readonly #shown = storeOf<readonly PresenceItem[]>([]);
  readonly presence: Session["presence"] = { ...this.#shown, send: () => {} };
  readonly getSnapshot = this.#store.getSnapshot;
  readonly subscribe = this.#store.subscribe;

  /** How many listen to its state. */
  get listeners(): number {
    return this.#store.listeners;
  }

  pollWhenOffline(_: Poll): () => void {
    throw new Error("a test's session doesn't poll: the hooks do");
  }

  close(): void {
    this.become("closed", { code: "closed", message: "the app closed the session" });
  }

  become(status: Status, reason?: Reason): void {
    const { reason: _, ...state } = this.getSnapshot();
    this.#store.set({ ...state, status, ...(reason && { reason }) });
  }

  /** A broadcast: one entity is as given, all others are the same objects as before. */
  put<K extends KindName>(kind: K, key: string, view: Views[K]): void {
    const state = this.getSnapshot();
    const table = { ...state.entities[kind], [key]: view };
    this.#store.set({ ...state, entities: { ...state.entities, [kind]: table } });
  }

  show(...items: PresenceItem[]): void {
    this.#shown.set(items);
  }
}

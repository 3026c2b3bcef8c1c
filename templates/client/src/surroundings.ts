/** What a session needs of the browser: so that nothing asks for a window when it is imported. */

/** The part of a page, a worker or Node that matters here. */
export interface Surroundings {
  readonly WebSocket: new (url: string) => WebSocket;
  /** What tabs agree with; undefined where there are none. */
  readonly locks: Pick<LockManager, "request"> | undefined;
  readonly BroadcastChannel: (new (name: string) => BroadcastChannel) | undefined;
  /** Whether there may be other tabs. */
  readonly isPage: boolean;
  /** From 0 up to 1. */
  random(): number;
  /** Whether nobody looks, or the machine says that it has no network. */
  isAway(): boolean;
  /** Tells when somebody looks again, or there may be a network again. Gives back how to stop. */
  onWake(listener: () => void): () => void;
}

/** What there is here. Everything is looked up when it is needed. */
export function surroundings(): Surroundings {
  const { document, navigator } = globalThis as { document?: Document; navigator?: Navigator };
  return {
    WebSocket: globalThis.WebSocket,
    // Not there on pages without https.
    locks: navigator?.locks,
    BroadcastChannel: globalThis.BroadcastChannel,
    isPage: document !== undefined,
    random: Math.random,
    isAway: () => document?.visibilityState === "hidden" || navigator?.onLine === false,
    onWake(listener) {
      const off = new AbortController();
      const { signal } = off;
      const whenVisible = () => {
        if (document?.visibilityState === "visible") listener();
      };
      document?.addEventListener("visibilitychange", whenVisible, { signal });
      if (typeof globalThis.addEventListener === "function") {
        for (const event of ["online", "pageshow"]) globalThis.addEventListener(event, listener, { signal });
      }
      return () => off.abort();
    },
  };
}

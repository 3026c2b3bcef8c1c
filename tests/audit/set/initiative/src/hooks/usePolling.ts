import { useEffect, useRef } from "react";

interface Options {
  enabled?: boolean;
  immediate?: boolean;
}

/** Calls `fn` every `delay` ms for as long as the component is there. */
export function usePolling(fn: () => unknown, delay: number, { enabled = true, immediate = true }: Options = {}) {
  const latest = useRef(fn);
  latest.current = fn;

  useEffect(() => {
    if (!enabled) return undefined;
    let timer: number;
    let cancelled = false;

    const tick = async () => {
      await latest.current();
      if (!cancelled) timer = window.setTimeout(tick, delay); //= none
    };

    if (immediate) void tick();
    else timer = window.setTimeout(tick, delay); //= none

    return () => {
      cancelled = true;
      window.clearTimeout(timer);
    };
  }, [delay, enabled, immediate]);
}

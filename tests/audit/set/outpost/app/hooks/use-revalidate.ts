import { useEffect } from "react";
import { useRevalidator } from "@remix-run/react";

interface Options {
  interval?: number;
  enabled?: boolean;
}

export function useRevalidateEvery({ interval = 1000, enabled = true }: Options) {
  const revalidator = useRevalidator();
  useEffect(() => {
    if (!enabled) return;
    const id = setInterval(() => { //= none
      if (revalidator.state === "idle") revalidator.revalidate();
    }, interval);
    return () => clearInterval(id);
  }, [enabled, interval, revalidator]);
}

export function useRevalidateOnFocus() {
  const { revalidate } = useRevalidator();
  useEffect(() => {
    const onFocus = () => revalidate();
    window.addEventListener("focus", onFocus);
    return () => window.removeEventListener("focus", onFocus);
  }, [revalidate]);
}

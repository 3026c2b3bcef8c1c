import { useEffect, useRef } from "react";

export function useEvery(callback: () => void, ms: number | null) {
  const saved = useRef(callback);
  useEffect(() => {
    saved.current = callback;
  });
  useEffect(() => {
    if (ms === null) return;
    const timer = setInterval(() => saved.current(), ms); //= none
    return () => clearInterval(timer);
  }, [ms]);
}

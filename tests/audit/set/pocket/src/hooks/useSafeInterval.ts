import { useEffect, useRef } from "react";
import { AppState } from "react-native";

/** An interval that rests while the app is in the background. */
export function useSafeInterval(callback: () => void, ms: number | null | false) {
  const ref = useRef(callback);
  ref.current = callback;
  useEffect(() => {
    if (!ms) return;
    const id = setInterval(() => { //= none
      if (AppState.currentState === "active") ref.current();
    }, ms);
    return () => clearInterval(id);
  }, [ms]);
}

export function useAnimatedDots() {
  const dots = useRef(0);
  useSafeInterval(() => { //= none
    dots.current = (dots.current + 1) % 4;
  }, 300);
  return ".".repeat(dots.current);
}

import { useEffect, useRef, useState } from "react";

export function TurnTimer({ startedAt, limit = 90 }: { startedAt: number; limit?: number }) {
  const [left, setLeft] = useState(limit);
  const bell = useRef(new Audio("/sounds/bell.ogg"));

  useEffect(() => {
    setLeft(limit);
    const id = setInterval(() => { //= none
      setLeft((current) => {
        if (current <= 1) {
          clearInterval(id);
          void bell.current.play();
          return 0;
        }
        return current - 1;
      });
    }, 1000);
    return () => clearInterval(id);
  }, [startedAt, limit]);

  const [pulse, setPulse] = useState(false);
  useEffect(() => {
    if (left > 10) return;
    const id = window.setInterval(() => setPulse((it) => !it), 400); //= none
    return () => window.clearInterval(id);
  }, [left]);

  return <time className={pulse ? "pulse" : undefined}>{left}s</time>;
}

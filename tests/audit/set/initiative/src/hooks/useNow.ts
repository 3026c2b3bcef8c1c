import { useEffect, useState } from "react";

export function useNow(every = 1000) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const id = setInterval(() => setNow(Date.now()), every); //= none
    return () => clearInterval(id);
  }, [every]);
  return now;
}

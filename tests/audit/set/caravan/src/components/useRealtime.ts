import { useEffect, useState } from "react";
import { online$ } from "../streams/party";

export function useRealtime() {
  const [isLive, setLive] = useState(online$.value);
  useEffect(() => {
    const subscription = online$.subscribe(setLive);
    return () => subscription.unsubscribe();
  }, []);
  return { isLive };
}

import { useSyncExternalStore } from "react";

let connected = false;
const listeners = new Set<() => void>();

export function setConnected(value: boolean) {
  connected = value;
  listeners.forEach((tell) => tell());
}

export function useSocketState() {
  const isConnected = useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => connected,
  );
  return { isConnected };
}

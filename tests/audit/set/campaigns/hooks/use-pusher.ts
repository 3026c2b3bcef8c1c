"use client";
import Pusher from "pusher-js";
import { useEffect, useState } from "react";

let shared: Pusher | undefined;

export function getPusher() {
  shared ??= new Pusher(process.env.NEXT_PUBLIC_PUSHER_KEY!, { cluster: "eu" });
  return shared;
}

export function usePusher(channel: string, onEvent?: (name: string, data: unknown) => void) {
  const [isConnected, setConnected] = useState(false);
  useEffect(() => {
    const pusher = getPusher();
    const update = ({ current }: { current: string }) => setConnected(current === "connected");
    pusher.connection.bind("state_change", update);
    const subscription = pusher.subscribe(channel);
    if (onEvent) subscription.bind_global(onEvent);
    return () => {
      pusher.connection.unbind("state_change", update);
      pusher.unsubscribe(channel);
    };
  }, [channel, onEvent]);
  return { isConnected };
}

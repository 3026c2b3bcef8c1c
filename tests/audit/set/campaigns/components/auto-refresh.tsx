"use client";

import { useRouter } from "next/navigation";
import { useEffect, useTransition } from "react";

/** Server components have no live data of their own: the route is rendered anew. */
export function AutoRefresh({ seconds = 10 }: { seconds?: number }) {
  const router = useRouter();
  const [, startTransition] = useTransition();

  useEffect(() => {
    const id = setInterval(() => { //= interval ungated
      if (document.visibilityState !== "visible") return;
      startTransition(() => router.refresh());
    }, seconds * 1000);
    return () => clearInterval(id);
  }, [router, seconds]);

  return null;
}

export function RefreshWhenOffline({ connected }: { connected: boolean }) {
  const router = useRouter();
  useEffect(() => {
    if (connected) return undefined;
    let id: NodeJS.Timeout;
    const again = () => {
      router.refresh();
      id = setTimeout(again, 5000); //= timeout probably gated
    };
    again();
    return () => clearTimeout(id);
  }, [connected, router]);
  return null;
}

export function AfterSave({ saved }: { saved: boolean }) {
  const router = useRouter();
  useEffect(() => {
    if (!saved) return;
    const id = setTimeout(() => router.push("/"), 1200); //= none
    return () => clearTimeout(id);
  }, [router, saved]);
  return saved ? <p>Saved.</p> : null;
}

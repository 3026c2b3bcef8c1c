"use client";
import { createContext, useContext, useEffect } from "react";
import { pollWhenOffline as fallback, type Session } from "vttsync-client";

export const TableContext = createContext<Session | undefined>(undefined);

export function useTable(): Session {
  const session = useContext(TableContext);
  if (!session) throw new Error("Outside of a table");
  return session;
}

export function useNotices(onNotices: (all: string[]) => void) {
  const session = useTable();
  useEffect(() => {
    const load = async (signal: AbortSignal) => {
      const response = await fetch("/api/notices", { signal });
      onNotices(await response.json());
    };
    return fallback(session, load, 10_000); //= wrapper gated
  }, [session, onNotices]);
}

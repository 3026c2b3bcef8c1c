"use client";
import { keepPreviousData, useQuery, useQueryClient, queryOptions, infiniteQueryOptions } from "@tanstack/react-query";
import { useEffect } from "react";

import { usePusher } from "./use-pusher";

async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await fetch(path, { signal, headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json() as Promise<T>;
}

export const sessionKeys = {
  all: ["session"] as const,
  detail: (id: string) => [...sessionKeys.all, id] as const,
  map: (id: string) => [...sessionKeys.detail(id), "map"] as const,
};

export const mapQuery = (id: string) =>
  queryOptions({
    queryKey: sessionKeys.map(id),
    queryFn: ({ signal }) => getJson<{ image: string }>(`/api/sessions/${id}/map`, signal),
    staleTime: 10_000,
    refetchInterval: 10_000, //= option ungated
  });

export const historyQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...sessionKeys.detail(id), "history"],
    queryFn: ({ pageParam }) => getJson<string[]>(`/api/sessions/${id}/history?page=${pageParam}`),
    initialPageParam: 0,
    getNextPageParam: (last, all) => (last.length ? all.length : undefined),
    refetchInterval: false, //= none
    gcTime: 300_000,
  });

export function useSessionState(id: string) {
  const { isConnected } = usePusher(`session-${id}`);
  return useQuery({
    queryKey: sessionKeys.detail(id),
    queryFn: ({ signal }) => getJson<{ turn: number }>(`/api/sessions/${id}`, signal),
    placeholderData: keepPreviousData,
    refetchInterval: isConnected ? false : 3000, //= option probably gated
    refetchIntervalInBackground: false,
  });
}

export function useLobby(open: boolean) {
  return useQuery({
    queryKey: ["lobby"],
    queryFn: () => getJson<{ started: boolean }>("/api/lobby"),
    enabled: open,
    refetchInterval: (query) => (query.state.data?.started ? false : 2000), //= option ungated
  });
}

export function useInitiative(id: string) {
  const pusher = usePusher(`session-${id}`);
  return useQuery({
    queryKey: [...sessionKeys.detail(id), "initiative"],
    queryFn: () => getJson<string[]>(`/api/sessions/${id}/initiative`),
    enabled: !pusher.isConnected,
    refetchInterval: 5_000, //= option probably gated
  });
}

export function useHitPoints(id: string, channel: { readonly subscribed: boolean }) {
  return useQuery({
    queryKey: [...sessionKeys.detail(id), "hp"],
    queryFn: () => getJson<Record<string, number>>(`/api/sessions/${id}/hp`),
    // looked at when the query is fetched, and then never again
    refetchInterval: () => (channel.subscribed ? false : 4000), //= option never starts
  });
}

export function useSoundboard(id: string) {
  const { isConnected } = usePusher(`session-${id}`);
  const pollEvery = isConnected ? 60_000 : 5_000;
  return useQuery({
    queryKey: [...sessionKeys.detail(id), "sound"],
    queryFn: () => getJson<string[]>(`/api/sessions/${id}/sound`),
    refetchInterval: pollEvery, //= option throttled
  });
}

export function useKeepFresh(id: string) {
  const client = useQueryClient();
  useEffect(() => {
    const timer = setInterval(() => { //= interval ungated
      void client.invalidateQueries({ queryKey: sessionKeys.detail(id) });
    }, 15_000);
    return () => clearInterval(timer);
  }, [client, id]);

  useEffect(() => {
    // a tab that was left open overnight would hold everything
    const cleanup = setInterval(() => client.removeQueries({ queryKey: ["search"], type: "inactive" }), 600_000); //= none
    return () => clearInterval(cleanup);
  }, [client]);
}

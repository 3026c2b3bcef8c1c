import { useCallback, useEffect, useState } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import useSWR from "swr";
import { authFetch, fetchScene, getInitiative, saveNotes } from "@app/api";
import { useEvery } from "./useInterval";
import { useSocket } from "./socket";

const REFRESH = 4_000;

export function Board({ id, paused }: { id: string; paused: boolean }) {
  const [scene, setScene] = useState<unknown>();
  const [now, setNow] = useState(Date.now());
  const [notes, setNotes] = useState("");
  const { isConnected } = useSocket();
  const client = useQueryClient();

  const load = useCallback(async () => setScene(await fetchScene(id)), [id]);

  useEffect(() => {
    load();
    const timer = setInterval(load, REFRESH); //= interval ungated
    return () => clearInterval(timer);
  }, [load]);

  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000); //= none
    return () => clearInterval(timer);
  }, []);

  useEffect(() => {
    const timer = setInterval(() => void saveNotes(notes), 10_000); //= none
    return () => clearInterval(timer);
  }, [notes]);

  useEffect(() => {
    const timer = window.setInterval(() => client.invalidateQueries({ queryKey: ["tokens", id] }), 3000); //= interval ungated
    return () => window.clearInterval(timer);
  }, [client, id]);

  useEffect(() => {
    if (isConnected) return;
    const timer = setInterval(() => { //= interval probably gated
      void authFetch(`/api/sessions/${id}/chat`).then((it) => it.json());
    }, 2000);
    return () => clearInterval(timer);
  }, [isConnected, id]);

  useEffect(() => {
    const timer = setInterval(() => { //= none
      void authFetch("/api/presence", { method: "PUT", body: "{}" });
    }, 15_000);
    return () => clearInterval(timer);
  }, []);

  useEvery(() => { //= wrapper ungated
    void getInitiative(id);
  }, paused ? null : 5000);
  useEvery(() => setNow(Date.now()), 250); //= none

  useQuery({ queryKey: ["fog", id], queryFn: () => fetchScene(id), refetchInterval: 5000 }); //= option ungated
  useQuery({ queryKey: ["hp", id], queryFn: () => fetchScene(id), refetchInterval: isConnected ? false : 5000 }); //= option probably gated
  useQuery({ queryKey: ["map", id], queryFn: () => fetchScene(id), refetchInterval: paused ? false : 5000 }); //= option ungated
  useQuery({ queryKey: ["log", id], queryFn: () => fetchScene(id), refetchInterval: isConnected ? 30_000 : 3000 }); //= option throttled
  useQuery({ queryKey: ["who", id], queryFn: () => fetchScene(id), refetchInterval: false }); //= none
  useQuery({ queryKey: ["old", id], queryFn: () => fetchScene(id), staleTime: 60_000 }); //= none
  useSWR(`/api/sessions/${id}/rolls`, fetchScene, { refreshInterval: 1500 }); //= option ungated
  useSWR(`/api/sessions/${id}/dice`, fetchScene, { refreshInterval: isConnected ? 0 : 1500 }); //= option probably gated
  useSWR(`/api/sessions/${id}/turn`, fetchScene, { refreshInterval: isConnected ? Infinity : 1500 }); //= option ungated
  useSWR(`/api/sessions/${id}/me`, fetchScene, { refreshInterval: 0 }); //= none

  return <p>{String(scene)} {now} <input value={notes} onChange={(it) => setNotes(it.target.value)} /></p>;
}

import { useQuery } from "@tanstack/react-query";
import { useQuery as useGraph } from "@apollo/client";
import { useEffect, useRef, useState } from "react";
import useSWR from "swr";

import { isLive, pollWhenOffline, session, useOfflineInterval } from "../table/session";
import { useStarsQuery, useCometsQuery } from "./slices";
import { STARS } from "./documents";

const ask = (path: string) => fetch(path).then((it) => it.json());

export function Sky({ isConnected }: { isConnected: boolean }) {
  const rt = useRef({ connected: false });
  const every = useOfflineInterval(session, 3000);
  const [night, setNight] = useState(0);

  useSWR("/api/stars", ask, { refreshInterval: every }); //= option gated
  useSWR("/api/moons", ask, { refreshInterval: useOfflineInterval(session, 5000, { grace: 1000 }) }); //= option gated
  useGraph(STARS, { pollInterval: every }); //= option gated

  useEffect(() => pollWhenOffline(session, () => ask("/api/planets"), 4000), []); //= wrapper gated

  useStarsQuery(undefined, { pollingInterval: isConnected ? Infinity : 3000 }); //= option ungated
  useCometsQuery(undefined, { pollingInterval: isConnected ? 45_000 : 4500 }); //= option throttled

  useQuery({
    queryKey: ["eclipse"],
    queryFn: () => ask("/api/eclipse"),
    refetchInterval: () => { //= option never starts
      if (rt.current.connected) return false;
      return 2500;
    },
  });

  useQuery({
    queryKey: ["zenith"],
    queryFn: () => ask("/api/zenith"),
    refetchInterval: isConnected ? Infinity : 2000, //= option probably gated
  });

  useQuery({
    queryKey: ["dawn"],
    queryFn: () => ask("/api/dawn"),
    enabled: isConnected,
    refetchInterval: 5000, //= option inverted
  });

  // The same query as in Telescope, which has no gate.
  useQuery({ queryKey: ["focus"], queryFn: () => ask("/api/focus"), refetchInterval: isConnected ? false : 2000 }); //= option probably gated

  useEffect(() => {
    const id = setInterval(() => setNight((it) => (it + 1) % 24), 2000); //= none
    return () => clearInterval(id);
  }, []);

  useEffect(() => {
    let id: ReturnType<typeof setTimeout>;
    const round = () => {
      void ask("/api/tide").finally(() => {
        id = setTimeout(round, isLive() ? 60_000 : 4000); //= timeout throttled
      });
    };
    round();
    return () => clearTimeout(id);
  }, []);

  return <canvas data-night={night} />;
}

export function Telescope() {
  const { data, dataUpdatedAt } = useQuery({
    queryKey: ["focus"],
    queryFn: () => ask("/api/focus"),
    refetchInterval: 2000, //= option ungated
  });
  const [age, setAge] = useState(0);
  useEffect(() => {
    const id = setInterval(() => setAge(Date.now() - dataUpdatedAt), 500); //= none
    return () => clearInterval(id);
  }, [dataUpdatedAt]);
  return <p>{data?.name}, {Math.round(age / 1000)} s old</p>;
}

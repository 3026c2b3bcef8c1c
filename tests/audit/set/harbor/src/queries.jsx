import { useQuery, queryOptions } from "@tanstack/react-query";
import useSWR from "swr";
import { useGetCargoQuery } from "./store.js";

const EVERY = 15_000;

export const shipOptions = (id, refetchInterval = EVERY) =>
  queryOptions({
    queryKey: ["ship", id],
    queryFn: () => fetch(`/api/ships/${id}`).then((it) => it.json()),
    refetchInterval, //= option ungated
  });

export function useCrew({ refetchInterval = 8000, ...rest } = {}) {
  return useQuery({ queryKey: ["crew"], queryFn: loadCrew, refetchInterval, ...rest }); //= option ungated
}

export function useFleet({ refetchInterval }) {
  return useQuery({ queryKey: ["fleet"], queryFn: loadFleet, refetchInterval }); //= none
}

export function FleetList() {
  const { data } = useFleet({ refetchInterval: 20_000 }); //= option ungated
  return <ul>{data?.map((ship) => <li key={ship.id}>{ship.name}</li>)}</ul>;
}

export function Harbor({ isConnected }) {
  const refreshInterval = isConnected ? 0 : 6000;
  const { data } = useSWR("/api/harbor", loadHarbor, { refreshInterval }); //= option probably gated
  const pollingInterval = 3000;
  const cargo = useGetCargoQuery(data?.id, { pollingInterval, skip: !data }); //= option ungated
  return <pre>{JSON.stringify([data, cargo.data])}</pre>;
}

export function Settings({ save }) {
  const refreshInterval = 30;
  return <button onClick={() => save({ refreshInterval })}>Save</button>; //= none
}

const loadCrew = () => fetch("/api/crew").then((it) => it.json());
const loadFleet = () => fetch("/api/fleet").then((it) => it.json());
const loadHarbor = (url) => fetch(url).then((it) => it.json());

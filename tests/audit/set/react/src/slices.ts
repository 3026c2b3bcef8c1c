import { createApi, fetchBaseQuery } from "@reduxjs/toolkit/query/react";
import { gql, useQuery } from "@apollo/client";
import { create } from "zustand";

export const api = createApi({
  baseQuery: fetchBaseQuery({ baseUrl: "/api" }),
  endpoints: (build) => ({ getTokens: build.query<string[], string>({ query: (id) => `tokens/${id}` }) }),
});

export function useTokens(id: string, connected: boolean) {
  api.useGetTokensQuery(id, { pollingInterval: 3000 }); //= option ungated
  api.useGetTokensQuery(id, { pollingInterval: 3000, skip: connected }); //= option probably gated
  api.useGetTokensQuery(id, { refetchOnFocus: true }); //= none
}

const FOG = gql`query Fog($id: ID!) { fog(id: $id) { cells } }`;

export function useFog(id: string, connected: boolean) {
  useQuery(FOG, { variables: { id }, pollInterval: 2000 }); //= option ungated
  useQuery(FOG, { variables: { id }, pollInterval: connected ? 2000 : 0 }); //= option inverted
  const { startPolling } = useQuery(FOG, { variables: { id } });
  return () => startPolling(5000); //= option ungated
}

interface Game {
  turn: number;
  sync: () => Promise<void>;
}

export const useGame = create<Game>((set) => ({
  turn: 0,
  sync: async () => {
    const answer = await fetch("/api/turn");
    set({ turn: await answer.json() });
  },
}));

setInterval(() => useGame.getState().sync(), 2000); //= interval ungated
setInterval(() => console.log(useGame.getState().turn), 2000); //= none

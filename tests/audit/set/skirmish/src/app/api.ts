import { createApi, fetchBaseQuery, retry, setupListeners } from "@reduxjs/toolkit/query/react";
import type { RootState } from "app/store";

export interface Unit {
  id: string;
  q: number;
  r: number;
}

export const tableApi = createApi({
  reducerPath: "tableApi",
  baseQuery: retry(
    fetchBaseQuery({
      baseUrl: "/api",
      prepareHeaders: (headers, { getState }) => {
        headers.set("x-seat", (getState() as RootState).seat.id);
        return headers;
      },
    }),
    { maxRetries: 4 },
  ),
  tagTypes: ["Units", "Chat"],
  endpoints: (build) => ({
    units: build.query<Unit[], string>({ query: (id) => `matches/${id}/units`, providesTags: ["Units"] }),
    chat: build.query<string[], string>({ query: (id) => `matches/${id}/chat`, providesTags: ["Chat"] }),
    score: build.query<number, string>({ query: (id) => `matches/${id}/score` }),
    moveUnit: build.mutation<void, Unit>({ query: (unit) => ({ url: `units/${unit.id}`, method: "PATCH", body: unit }) }),
  }),
});

export const { useUnitsQuery, useChatQuery, useScoreQuery, useLazyUnitsQuery, useMoveUnitMutation } = tableApi;
export const listen = setupListeners;

import { createApi, fetchBaseQuery } from "@reduxjs/toolkit/query/react";

const api = createApi({
  baseQuery: fetchBaseQuery({ baseUrl: "/api" }),
  endpoints: (build) => ({
    stars: build.query<string[], void>({ query: () => "stars", keepUnusedDataFor: 30 }),
    comets: build.query<string[], void>({ query: () => "comets" }),
  }),
});

export const { useStarsQuery, useCometsQuery } = api;

"use client";
import { SWRConfig } from "swr";
import type { ReactNode } from "react";

export function SwrProvider({ children }: { children: ReactNode }) {
  return (
    <SWRConfig
      value={{
        fetcher: (url: string) => fetch(url).then((it) => it.json()),
        refreshInterval: 30_000, //= option ungated
        shouldRetryOnError: true,
        onErrorRetry: (error, key, config, revalidate, { retryCount }) => {
          if (error.status === 404 || retryCount >= 6) return;
          setTimeout(() => revalidate({ retryCount }), 1000 * 2 ** retryCount); //= none
        },
      }}
    >
      {children}
    </SWRConfig>
  );
}

"use client";

import useSWR, { useSWRConfig } from "swr";
import useSWRImmutable from "swr/immutable";
import { useEffect, useState } from "react";
import { usePusher } from "~/hooks/use-pusher";

const fetcher = (url: string) => fetch(url).then((response) => response.json());

export function DiceTray({ table }: { table: string }) {
  const { isConnected } = usePusher(table);
  const { mutate } = useSWRConfig();
  const [face, setFace] = useState(1);

  const rolls = useSWR(`/api/tables/${table}/rolls`, fetcher, {
    refreshInterval: 2_000, //= option ungated
    dedupingInterval: 500,
  });
  const modifiers = useSWR(`/api/tables/${table}/modifiers`, fetcher, {
    revalidateOnFocus: false,
    refreshInterval: isConnected ? Infinity : 3000, //= option ungated
  });
  const inspiration = useSWR(isConnected ? null : `/api/tables/${table}/inspiration`, fetcher, {
    refreshInterval: 3000, //= option probably gated
  });
  const luck = useSWR(`/api/tables/${table}/luck`, fetcher, {
    refreshInterval: (latest) => (latest?.spent ? 0 : 2500), //= option ungated
  });
  const rules = useSWRImmutable("/api/rules", fetcher);
  const me = useSWR("/api/me", fetcher, { refreshInterval: 0, refreshWhenHidden: false }); //= none

  useEffect(() => {
    const id = setInterval(() => mutate(`/api/tables/${table}/pool`), 7000); //= interval ungated
    return () => clearInterval(id);
  }, [mutate, table]);

  function roll() {
    let left = 12;
    const spin = setInterval(() => { //= none
      setFace(1 + Math.floor(Math.random() * 20));
      if (--left === 0) clearInterval(spin);
    }, 60);
    void fetch(`/api/tables/${table}/rolls`, { method: "POST" }).then(() => {
      setTimeout(() => rolls.mutate(), 400); //= none
    });
  }

  return <button onClick={roll}>{face} {modifiers.data?.sum} {inspiration.data?.left} {luck.data?.left} {rules.data?.name} {me.data?.name}</button>;
}

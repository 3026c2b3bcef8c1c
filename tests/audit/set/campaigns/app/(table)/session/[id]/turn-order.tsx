"use client";

import { useEffect, useState } from "react";
import { trpc } from "~/lib/trpc/client";
import { useOfflineInterval as useFallbackEvery } from "vttsync-client/tanstack";
import { usePusher } from "~/hooks/use-pusher";
import { useTable } from "~/hooks/use-table";

export function TurnOrder({ id }: { id: string }) {
  const { isConnected } = usePusher(id);
  const session = useTable();
  const utils = trpc.useUtils();
  const [elapsed, setElapsed] = useState(0);

  const state = trpc.session.state.useQuery(id, { refetchInterval: 1500 }); //= option ungated
  const log = trpc.session.log.useQuery(id, {
    enabled: Boolean(id),
    refetchInterval: isConnected ? false : 5000, //= option probably gated
  });
  const dice = trpc.dice.recent.useQuery(undefined, {
    refetchInterval: useFallbackEvery(session, 2000), //= option gated
  });
  const endTurn = trpc.session.endTurn.useMutation({
    onSettled: () => setTimeout(() => utils.session.state.invalidate(id), 250), //= none
  });

  useEffect(() => {
    const started = performance.now();
    const id = setInterval(() => setElapsed(Math.round((performance.now() - started) / 1000)), 1000); //= none
    return () => clearInterval(id);
  }, [state.data]);

  useEffect(() => {
    const timer = setInterval(() => utils.session.log.invalidate(), 20_000); //= interval ungated
    return () => clearInterval(timer);
  }, [utils]);

  return (
    <button onClick={() => endTurn.mutate(id)}>
      End turn ({elapsed}s) {String(log.data)} {String(dice.data)}
    </button>
  );
}

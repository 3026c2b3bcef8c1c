import { useLazyQuery, useMutation, useQuery } from "@apollo/client";
import { useEffect, useState } from "react";

import { client } from "../graphql/client";
import { LOG, MAP, MOVE, PARTY } from "../graphql/documents";
import { useSocketState } from "./useSocketState";

export function Party({ id }: { id: string }) {
  const { isConnected } = useSocketState();
  const [drag, setDrag] = useState({ x: 0, y: 0 });

  const party = useQuery(PARTY, { variables: { id }, pollInterval: 2_000 }); //= option ungated

  const log = useQuery(LOG, {
    variables: { id },
    pollInterval: isConnected ? 0 : 3000, //= option probably gated
    notifyOnNetworkStatusChange: true,
  });

  const map = useQuery(MAP, {
    variables: { id },
    pollInterval: isConnected ? 5000 : 0, //= option inverted
  });

  const rumours = useQuery(LOG, {
    variables: { id: "rumours" },
    skip: isConnected,
    pollInterval: 5000, //= option probably gated
  });

  const once = useQuery(MAP, { variables: { id: "world" }, pollInterval: 0, fetchPolicy: "cache-first" }); //= none
  const [loadHandout, { data: handout, startPolling, stopPolling }] = useLazyQuery(MAP);
  const [move] = useMutation(MOVE);

  useEffect(() => {
    void loadHandout({ variables: { id: "handout" } });
    startPolling(8000); //= option ungated
    return () => stopPolling();
  }, [loadHandout, startPolling, stopPolling]);

  const { startPolling: pollLog, stopPolling: restLog } = log;
  useEffect(() => {
    if (isConnected) restLog();
    else pollLog(2500); //= option probably gated
  }, [isConnected, pollLog, restLog]);

  useEffect(() => {
    const id = setInterval(() => { //= interval ungated
      void client.refetchQueries({ include: [MAP] });
    }, 30_000);
    return () => clearInterval(id);
  }, []);

  useEffect(() => {
    const id = setInterval(() => void move({ variables: { id: "me", ...drag } }), 100); //= none
    return () => clearInterval(id);
  }, [drag, move]);

  useEffect(() => {
    const id = setInterval(() => void party.refetch(), 45_000); //= interval ungated
    return () => clearInterval(id);
  }, [party]);

  return <div onPointerMove={(event) => setDrag({ x: event.clientX, y: event.clientY })}>{String(map.data ?? once.data ?? rumours.data ?? handout)}</div>;
}

import { skipToken } from "@reduxjs/toolkit/query";
import { useEffect, useState } from "react";
import { useSelector } from "react-redux";

import { useLazyUnitsQuery, useMoveUnitMutation, useScoreQuery, useUnitsQuery } from "app/api";
import { selectConnected } from "app/store";

const POLL = { active: 2000, off: 0 };

export function Board({ match, paused }: { match?: string; paused: boolean }) {
  const connected = useSelector(selectConnected);
  const [hover, setHover] = useState<string>();

  const { data: units, refetch } = useUnitsQuery(match ?? skipToken, { pollingInterval: 3000 }); //= option ungated
  const { data: score } = useScoreQuery(match!, {
    skip: !match,
    pollingInterval: connected ? POLL.off : POLL.active, //= option probably gated
    skipPollingIfUnfocused: true,
  });
  const { data: other } = useScoreQuery("other", { pollingInterval: paused ? 0 : 5000 }); //= option ungated
  const { data: final } = useScoreQuery("final", { refetchOnMountOrArgChange: 30 }); //= none
  const [loadUnits] = useLazyUnitsQuery();
  const [move, { isLoading }] = useMoveUnitMutation();

  useEffect(() => {
    if (connected || !match) return;
    const id = setInterval(() => loadUnits(match), 4000); //= interval probably gated
    return () => clearInterval(id);
  }, [connected, loadUnits, match]);

  useEffect(() => {
    if (connected) console.log("the socket is up");
    const id = setInterval(() => refetch(), 20_000); //= interval ungated
    return () => clearInterval(id);
  }, [connected, refetch]);

  useEffect(() => {
    if (!hover) return;
    const id = setTimeout(() => setHover(undefined), 900); //= none
    return () => clearTimeout(id);
  }, [hover]);

  return (
    <svg aria-busy={isLoading} data-score={score ?? other ?? final}>
      {units?.map((unit) => <use key={unit.id} href="#hex" x={unit.q} y={unit.r} onPointerEnter={() => setHover(unit.id)} onClick={() => move(unit)} />)}
    </svg>
  );
}

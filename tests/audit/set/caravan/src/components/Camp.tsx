import { useEffect, useMemo, useState } from "react";
import { useInterval, useBoolean } from "ahooks";
import useIntervalHook from "beautiful-react-hooks/useInterval";
import { useRequest } from "ahooks";
import { useRealtime } from "./useRealtime";

async function getCamp(): Promise<string[]> {
  const res = await fetch("/api/camp");
  return res.json();
}

export function Camp() {
  const { isLive } = useRealtime();
  const [camp, setCamp] = useState<string[]>([]);
  const [night, { toggle }] = useBoolean(false);
  const [fire, setFire] = useState(0);

  useInterval(() => getCamp().then(setCamp), 4000, { immediate: true }); //= hook ungated
  useInterval(toggle, 12_000); //= none
  useIntervalHook(() => setFire(Math.random()), 120); //= none

  const { data } = useRequest(getCamp, {
    pollingInterval: 3000, //= option ungated
    pollingWhenHidden: false,
  });
  const watch = useRequest(getCamp, {
    pollingInterval: isLive ? 0 : 3000, //= option probably gated
    debounceWait: 200,
  });

  useInterval(() => { //= hook probably gated
    void getCamp().then(setCamp);
  }, isLive ? undefined : 5000);

  const timer = useMemo(() => ({ id: 0 }), []);
  useEffect(() => {
    const flush = () => navigator.sendBeacon("/api/camp/seen", String(camp.length));
    timer.id = window.setInterval(flush, 20_000); //= none
    return () => window.clearInterval(timer.id);
  }, [camp, timer]);

  return <p data-night={night} style={{ opacity: fire }}>{camp.join()} {data?.length} {watch.data?.length}</p>;
}

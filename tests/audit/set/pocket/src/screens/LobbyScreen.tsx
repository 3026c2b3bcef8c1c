import { useEffect, useState } from "react";
import useSWR from "swr";
import { useInterval } from "react-use";
import { useInterval as useTick, useTimeout } from "@mantine/hooks";
import { Text } from "react-native";

import { room } from "~/store/room";

const json = (url: string) => fetch(url).then((it) => it.json());

export function LobbyScreen() {
  const [isRoomUp, setRoomUp] = useState(room.isOpen());
  const [players, setPlayers] = useState<string[]>([]);
  const [n, setN] = useState(0);

  useEffect(() => room.onStatus(setRoomUp), []);

  useInterval(() => { //= hook ungated
    json("/api/players").then(setPlayers);
  }, 2000);

  useInterval(() => setN((it) => it + 1), 1000); //= none

  useInterval(() => { //= hook throttled
    void json("/api/seats");
  }, isRoomUp ? 30_000 : 3000);

  const tick = useTick(async () => { //= hook ungated
    setPlayers(await json("/api/players/ready"));
  }, 5000);
  useEffect(() => {
    tick.start();
    return tick.stop;
  }, [tick]);

  useTimeout(() => setN(0), 60_000, { autoInvoke: true }); //= none

  useSWR("/api/invites", json, { refreshInterval: isRoomUp ? Infinity : 2000 }); //= option ungated
  useSWR("/api/friends", json, { refreshInterval: isRoomUp ? 0 : 2000 }); //= option probably gated
  useSWR("/api/shop", json, { refreshInterval: isRoomUp ? 2000 : 0 }); //= option inverted
  useSWR("/api/rules", json, { dedupingInterval: 60_000, errorRetryInterval: 5000 }); //= none

  return <Text>{players.join()} {n}</Text>;
}

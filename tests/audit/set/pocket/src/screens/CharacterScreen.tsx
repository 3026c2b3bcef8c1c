import { useFocusEffect } from "@react-navigation/native";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { Animated, Text, View } from "react-native";

import { polling, useConnection, useSafeInterval as usePulse } from "#hooks";

const BASE = "https://pocket.example.org/api";

async function fetchSheet(id: string) {
  const response = await fetch(`${BASE}/characters/${id}`);
  return response.json() as Promise<{ name: string; hp: number }>;
}

export function CharacterScreen({ id }: { id: string }) {
  const { roomUp, hasNetwork } = useConnection();
  const [sheet, setSheet] = useState<{ name: string; hp: number }>();
  const [effects, setEffects] = useState<string[]>([]);
  const shake = useRef(new Animated.Value(0)).current;

  usePulse(() => { //= wrapper ungated
    void fetchSheet(id).then(setSheet);
  }, 4000);

  usePulse(() => { //= wrapper probably gated
    void fetch(`${BASE}/effects/${id}`).then((it) => it.json()).then(setEffects);
  }, roomUp ? null : 3000);

  usePulse(() => shake.setValue(Math.random()), 80); //= none

  useFocusEffect(
    useCallback(() => polling.begin(() => fetch(`${BASE}/party`), 10_000), []), //= wrapper ungated
  );

  // two components ask for one thing; this one is gated
  useQuery({ queryKey: ["sheet", id], queryFn: () => fetchSheet(id), refetchInterval: roomUp ? false : 5000 }); //= option probably gated

  useQuery({
    queryKey: ["spells", id],
    queryFn: () => fetch(`${BASE}/spells/${id}`).then((it) => it.json()),
    refetchInterval: hasNetwork ? 15_000 : false, //= option ungated
  });

  useEffect(() => {
    Animated.loop(Animated.timing(shake, { toValue: 1, duration: 500, useNativeDriver: true })).start(); //= none
  }, [shake]);

  return <View><Text>{sheet?.name} {effects.join()}</Text><HitPoints id={id} /></View>;
}

function HitPoints({ id }: { id: string }) {
  const { data } = useQuery({
    queryKey: ["sheet", id],
    queryFn: () => fetchSheet(id),
    select: (it) => it.hp,
    refetchInterval: 5000, //= option ungated
  });
  return <Text>{data}</Text>;
}

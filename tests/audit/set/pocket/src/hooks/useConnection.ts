import { useEffect, useState } from "react";
import NetInfo from "@react-native-community/netinfo";
import { room } from "~/store/room";

export function useConnection() {
  const [roomUp, setRoomUp] = useState(room.isOpen());
  const [hasNetwork, setHasNetwork] = useState(true);
  useEffect(() => room.onStatus(setRoomUp), []);
  useEffect(() => NetInfo.addEventListener((state) => setHasNetwork(Boolean(state.isConnected))), []);
  return { roomUp, hasNetwork };
}

import { create } from "zustand";
import { room } from "./room";

interface Characters {
  list: { id: string; hp: number }[];
  timer?: ReturnType<typeof setInterval>;
  sync: () => Promise<void>;
  startSync: () => void;
  stopSync: () => void;
  startBackup: () => void;
}

export const useCharacters = create<Characters>()((set, get) => ({
  list: [],
  sync: async () => {
    const response = await fetch("https://pocket.example.org/api/characters");
    set({ list: await response.json() });
  },
  startSync: () => {
    const { sync } = get();
    set({ timer: setInterval(sync, 5000) }); //= interval ungated
  },
  stopSync: () => {
    clearInterval(get().timer);
    set({ timer: undefined });
  },
  startBackup: () => {
    setInterval(() => { //= none
      void fetch("https://pocket.example.org/api/backup", { method: "POST", body: JSON.stringify(get().list) });
    }, 60_000);
  },
}));

let fallback: ReturnType<typeof setInterval> | undefined;
room.onStatus((isUp) => {
  if (!isUp && !fallback) {
    fallback = setInterval(() => void useCharacters.getState().sync(), 4000); //= interval probably gated
  } else if (isUp && fallback) {
    clearInterval(fallback);
    fallback = undefined;
  }
});

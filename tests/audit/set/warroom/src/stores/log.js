import { defineStore } from "pinia";
import api from "@/services/api";

export const useLogStore = defineStore("log", {
  state: () => ({ entries: [], timer: null, connected: false }),
  getters: {
    last: (state) => state.entries[state.entries.length - 1]?.id ?? 0,
  },
  actions: {
    async pull(scene) {
      const fresh = await api.getLog(scene, this.last);
      this.entries.push(...fresh);
    },
    begin(scene) {
      this.timer = setInterval(() => { //= interval probably gated
        if (this.connected) return;
        this.pull(scene);
      }, 4000);
    },
    end() {
      clearInterval(this.timer);
    },
  },
});

import { defineStore } from "pinia";
import { computed, ref } from "vue";

import api from "@/services/api";

export const useSceneStore = defineStore("scene", () => {
  const scene = ref<{ id: string; version: number } | null>(null);
  const dirty = ref(false);
  let timer: number | undefined;

  const version = computed(() => scene.value?.version ?? 0);

  async function refresh(id: string) {
    const next = await api.getScene(id);
    if (next.version !== version.value) scene.value = next;
  }

  function startWatching(id: string) {
    stopWatching();
    timer = window.setInterval(() => refresh(id), 2500); //= interval ungated
  }

  function stopWatching() {
    window.clearInterval(timer);
    timer = undefined;
  }

  let pending: ReturnType<typeof setTimeout> | null = null;
  function move(id: string, x: number, y: number) {
    dirty.value = true;
    if (pending) clearTimeout(pending);
    pending = setTimeout(async () => { //= none
      await api.moveToken(id, x, y);
      dirty.value = false;
    }, 120);
  }

  return { scene, dirty, version, refresh, startWatching, stopWatching, move };
});

import { ref } from "vue";

export function useTokens() {
  const tokens = ref<string[]>([]);
  const load = async () => {
    tokens.value = await $fetch("/api/tokens");
  };
  return { tokens, load };
}

export function usePlayers(room: string) {
  const players = useState<string[]>("players", () => []);

  const pull = async () => {
    players.value = await $fetch<string[]>(`/api/rooms/${room}/players`);
  };

  const { pause, resume, isActive } = useIntervalFn(pull, 4000, { immediate: false }); //= hook ungated

  onMounted(resume);
  return { players, pause, isActive };
}

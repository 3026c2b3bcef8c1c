/** Runs `task` again and again. */
export function poll(task: () => unknown, ms: number) {
  const round = async () => {
    await task();
    setTimeout(round, ms); //= none
  };
  void round();
}

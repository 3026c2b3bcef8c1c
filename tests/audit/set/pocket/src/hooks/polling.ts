/** Calls `task` at once and then every `ms`; the answer stops it. */
export function begin(task: () => Promise<unknown>, ms: number): () => void {
  let alive = true;
  const run = async () => {
    while (alive) { //= none
      await task().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
  };
  void run();
  return () => {
    alive = false;
  };
}

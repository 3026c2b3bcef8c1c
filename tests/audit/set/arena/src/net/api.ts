const base = new URL("/api/", location.href);

async function call<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(new URL(path, base), init);
  return response.json();
}

export const api = {
  world: () => call<unknown>("world"),
  ready: () => call<void>("ready", { method: "POST" }),
  scores: () => call<number[]>("scores"),
  log: (lines: string[]) => call<void>("log", { method: "POST", body: JSON.stringify(lines) }),
};

export interface Lobby {
  seats: string[];
  startedSession?: string;
}

export const getLobby = async (): Promise<Lobby> => {
  const url = new URL("/api/lobby", window.location.origin);
  url.searchParams.set("t", String(Date.now()));
  const res = await fetch(url, { cache: "no-store" });
  return res.json();
};

import axios from "axios";

const http = axios.create({ baseURL: "/api" });
export const BASE = "/api/v2";

export async function fetchScene(id: string) {
  const answer = await fetch(`${BASE}/scenes/${id}`);
  return answer.json();
}

export const getInitiative = (session: string) => http.get<string[]>(`/api/sessions/${session}/initiative`);

export function saveNotes(text: string) {
  return http.post("/api/notes", { text });
}

export async function authFetch(url: string, init?: RequestInit) {
  return fetch(url, { ...init, headers: { authorization: "Bearer …" } });
}

export async function waitForExport(id: string) {
  for (;;) { //= none
    const job = await authFetch(`/api/exports/${id}`).then((it) => it.json());
    if (job.done) return job;
    await new Promise((done) => setTimeout(done, 500));
  }
}

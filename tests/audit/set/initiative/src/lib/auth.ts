const KEY = "initiative.session";

export function getAccessToken(): string | null {
  return JSON.parse(localStorage.getItem(KEY) ?? "{}").accessToken ?? null;
}

export function clearSession() {
  localStorage.removeItem(KEY);
}

async function refreshAccessToken() {
  const session = JSON.parse(localStorage.getItem(KEY) ?? "{}");
  const answer = await fetch("/api/v2/auth/refresh", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ refreshToken: session.refreshToken }),
  });
  if (!answer.ok) return clearSession();
  localStorage.setItem(KEY, JSON.stringify(await answer.json()));
}

/** Keeps whoever is at the table logged in during a long evening. */
export function keepLoggedIn() {
  const timer = setInterval(refreshAccessToken, 14 * 60 * 1000); //= none
  return () => clearInterval(timer);
}

export function scheduleRefresh(expiresAt: number) {
  const early = 30_000;
  setTimeout(async () => { //= none
    await refreshAccessToken();
    scheduleRefresh(Date.now() + 15 * 60 * 1000);
  }, Math.max(0, expiresAt - Date.now() - early));
}

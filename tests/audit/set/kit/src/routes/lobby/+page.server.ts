import type { PageServerLoad } from "./$types";

export const load: PageServerLoad = async ({ fetch }) => {
  let tries = 0;
  while (tries++ < 5) { //= none
    const response = await fetch("/api/seats");
    if (response.ok) return { title: "Lobby", seats: await response.json() };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { title: "Lobby", seats: [] };
};

import { store, connected } from "app/store";
import { tableApi } from "app/api";

/** A subscription outside of React. */
export function watchScore(match: string) {
  return store.dispatch(
    tableApi.endpoints.score.initiate(match, { subscriptionOptions: { pollingInterval: 6000 } }), //= option ungated
  );
}

export async function waitForSeat(seat: string) {
  const started = Date.now();
  while (Date.now() - started < 15_000) { //= none
    const answer = await fetch(`/api/seats/${seat}`);
    if (answer.ok) {
      store.dispatch(connected(true));
      return answer.json();
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("No seat is free");
}

import { connectSession, pollWhenOffline, type Session } from "vttsync-client";
import { useOfflineInterval } from "vttsync-client/swr";

export const session: Session = connectSession({
  host: "observatory.example.workers.dev",
  session: "stars",
  ticket: async () => (await fetch("/ticket", { method: "POST" })).text(),
});

export { pollWhenOffline, useOfflineInterval };

let live = false;
session.subscribe(() => {
  live = session.getSnapshot().status === "live";
});
export const isLive = () => live;

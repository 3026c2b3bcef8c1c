import * as vttsync from "vttsync-client";

export { pollWhenOffline as whileAway } from "vttsync-client";

export const session = vttsync.connectSession({
  host: "lanterns.example.workers.dev",
  session: "friday",
  ticket: () => fetch("/ticket", { method: "POST" }).then((it) => it.text()),
});

const loadNames = () =>
  fetch("/names")
    .then((it) => it.json())
    .then((names) => (document.title = names.join()));

vttsync.pollWhenOffline(session, loadNames, 10_000); //= wrapper gated

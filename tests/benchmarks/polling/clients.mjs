// Players at one table, by polling or in realtime, and a game master whose token they watch.
//
// Told what to do in JSON as its only argument, it prints a line of JSON when all players have the
// whole state, and one when the last of them has the last move.
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";

const told = JSON.parse(parseArgs({ allowPositionals: true }).positionals[0]);
const { app, direct, room, client, session, every, players, moves, pace, token } = told;
const now = () => performance.timeOrigin + performance.now();
const say = (line) => console.log(JSON.stringify(line));

let requests = 0;
async function call(base, login, path, method = "GET", body) {
  if (base === app) requests += 1;
  const headers = { accept: "application/json" };
  if (login) headers.authorization = `Bearer ${login}`;
  if (body) headers["content-type"] = "application/json";
  const response = await fetch(`${base}/api/sessions/${session}${path}`, {
    method,
    headers,
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  return response.json();
}

const logIn = async (user, role) =>
  (await call(direct, "", "/login", "POST", { user, role })).token;

// The nth move puts the token at x = n, so whoever sees x has seen every move up to it.
const committed = [];
class Player {
  seen = 0;
  latencies = [];
  #waiting = [];

  look(x) {
    const at = now();
    for (; this.seen < x; this.seen += 1) this.latencies.push([this.seen + 1, at]);
    this.#waiting = this.#waiting.filter(([wanted, resolve]) => wanted > x || void resolve());
  }

  reaches(x) {
    return new Promise((resolve) => {
      if (this.seen >= x) resolve();
      else this.#waiting.push([x, resolve]);
    });
  }
}

const place = (entities) =>
  entities.find(({ kind, key }) => kind === "token" && key === token)?.value.x;

async function poll(player, login, delay) {
  await new Promise((resolve) => setTimeout(resolve, delay));
  const ask = async () => player.look(place((await call(app, login, "/state")).entities));
  await ask();
  const timer = setInterval(() => ask().catch(fail), every);
  return () => clearInterval(timer);
}

async function follow(player, login) {
  const { connectSession } = await import(client);
  const ticket = async () => (await call(app, login, "/ticket", "POST")).ticket;
  const followed = connectSession({ host: room, session, ticket, share: false });
  const look = () => {
    const x = followed.getSnapshot().entities.token[token]?.x;
    if (x !== undefined) player.look(x);
  };
  followed.subscribe(look);
  look();
  await player.reaches(1);
  return () => followed.close();
}

function fail(error) {
  console.error(error);
  process.exit(1);
}

const gm = await logIn("gm", "gm");
const move = async (x) => {
  const answer = await call(direct, gm, `/tokens/${token}`, "PATCH", { x, y: 100 });
  committed[x] = answer.committed;
};

await move(1);
const seats = await Promise.all(
  Array.from({ length: players }, async (_, number) => {
    const player = new Player();
    const login = await logIn(`player ${number}`, "player");
    // Polls spread over the interval, as those of people who came at different times.
    const leave = every
      ? await poll(player, login, (every * number) / players)
      : await follow(player, login);
    return { player, leave };
  }),
);
await Promise.all(seats.map(({ player }) => player.reaches(1)));

say({ joined: requests });
const started = now();
for (let number = 0; number < moves; number += 1) {
  // Not in step with any poll: the golden ratio spreads them over the second.
  const due = started + (number + 1 + ((number * 0.618) % 1)) * pace;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - now())));
  await move(number + 2);
}
const last = moves + 1;
await Promise.all(seats.map(({ player }) => player.reaches(last)));
const latencies = seats.flatMap(({ player }) =>
  player.latencies.filter(([x]) => x > 1).map(([x, at]) => at - committed[x]),
);
say({ requests, milliseconds: now() - started, latencies });
for (const { leave } of seats) leave();
process.exit(0);

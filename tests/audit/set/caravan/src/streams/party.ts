import { BehaviorSubject, defer, expand, interval, NEVER, scan, startWith, Subject, switchMap, timer, delayWhen, distinctUntilChanged } from "rxjs";
import axios from "axios";

export const online$ = new BehaviorSubject(false);
const reload$ = new Subject<void>();

const load = () => defer(() => axios.get<string[]>("/api/party").then((it) => it.data));

export const party$ = reload$.pipe(
  startWith(undefined),
  switchMap(() => interval(4000).pipe(startWith(0), switchMap(load))), //= stream ungated
);

export const camp$ = online$.pipe(
  distinctUntilChanged(),
  switchMap((online) => (online ? NEVER : timer(0, 6000))), //= stream probably gated
  switchMap(() => axios.get("/api/camp")),
);

export const trail$ = defer(() => axios.get("/api/trail")).pipe(
  expand(() => timer(5000).pipe(switchMap(() => axios.get("/api/trail")))), //= stream ungated
);

export const days$ = interval(60_000).pipe(scan((days) => days + 1, 0)); //= none
export const slow$ = party$.pipe(delayWhen(() => timer(250))); //= none
export const reload = () => reload$.next();

interval(15_000) //= none
  .pipe(switchMap(() => axios.post("/api/here")))
  .subscribe();

interval(2500).subscribe(async () => { //= stream ungated
  const { data } = await axios.get("/api/wagons");
  document.body.dataset.wagons = String(data.length);
});

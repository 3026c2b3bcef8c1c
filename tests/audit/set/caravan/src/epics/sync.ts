import { combineEpics, ofType, type Epic } from "redux-observable";
import { EMPTY, from, interval, of, timer } from "rxjs";
import { ajax } from "rxjs/ajax";
import { catchError, debounceTime, exhaustMap, map, mergeMap, switchMap, takeUntil, throttleTime } from "rxjs/operators";

interface Action {
  type: string;
  payload?: unknown;
}

const stateEpic: Epic<Action> = (action$) =>
  action$.pipe(
    ofType("table/joined"),
    switchMap(({ payload }) =>
      timer(0, 3000).pipe( //= stream ungated
        takeUntil(action$.pipe(ofType("table/left"))),
        exhaustMap(() =>
          ajax.getJSON(`/api/tables/${payload}`).pipe(
            map((state) => ({ type: "table/state", payload: state })),
            catchError(() => EMPTY),
          ),
        ),
      ),
    ),
  );

const fallbackEpic: Epic<Action> = (action$) =>
  action$.pipe(
    ofType("socket/closed"),
    switchMap(() =>
      interval(5000).pipe( //= stream probably gated
        takeUntil(action$.pipe(ofType("socket/opened"))),
        switchMap(() => from(fetch("/api/state").then((it) => it.json()))),
        map((payload) => ({ type: "table/state", payload })),
      ),
    ),
  );

const saveEpic: Epic<Action> = (action$) =>
  action$.pipe(
    ofType("notes/changed"),
    debounceTime(1000), //= none
    mergeMap(({ payload }) => ajax.put("/api/notes", payload)),
    map(() => ({ type: "notes/saved" })),
  );

const pingEpic: Epic<Action> = () => interval(20_000).pipe(map(() => ({ type: "socket/ping" }))); //= none

const hoverEpic: Epic<Action> = (action$) =>
  action$.pipe(ofType("map/hover"), throttleTime(50), switchMap(() => of({ type: "map/hovered" }))); //= none

export default combineEpics(stateEpic, fallbackEpic, saveEpic, pingEpic, hoverEpic);

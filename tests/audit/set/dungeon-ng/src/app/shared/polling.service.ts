import { Injectable } from "@angular/core";
import { Observable, repeat, share, timer } from "rxjs";
import { concatMap } from "rxjs/operators";

@Injectable({ providedIn: "root" })
export class PollingService {
  /** Asks `source` every `ms`, one request at a time. */
  poll<T>(source: () => Observable<T>, ms: number): Observable<T> {
    return timer(0, ms).pipe(concatMap(() => source()), share()); //= none
  }

  untilDone<T>(source: Observable<T>, ms: number) {
    return source.pipe(repeat({ delay: ms, count: 20 })); //= none
  }
}

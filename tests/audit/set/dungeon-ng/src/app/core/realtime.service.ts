import { Injectable, NgZone, signal } from "@angular/core";
import { BehaviorSubject, Subject, timer } from "rxjs";
import { retry, takeUntil } from "rxjs/operators";
import { webSocket } from "rxjs/webSocket";

@Injectable({ providedIn: "root" })
export class RealtimeService {
  readonly connected$ = new BehaviorSubject(false);
  readonly connected = signal(false);
  private readonly closed$ = new Subject<void>();

  constructor(private readonly zone: NgZone) {}

  open(url: string) {
    const socket = webSocket<{ type: string }>({
      url,
      openObserver: { next: () => this.set(true) },
      closeObserver: { next: () => this.set(false) },
    });
    timer(0, 25_000) //= none
      .pipe(takeUntil(this.closed$))
      .subscribe(() => socket.next({ type: "ping" }));
    return socket.pipe(
      retry({ delay: (_error, attempt) => timer(Math.min(30_000, 2 ** attempt * 500)) }), //= none
    );
  }

  private set(isUp: boolean) {
    this.zone.run(() => {
      this.connected$.next(isUp);
      this.connected.set(isUp);
    });
  }
}

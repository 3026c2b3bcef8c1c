import { ChangeDetectionStrategy, ChangeDetectorRef, Component, Input, OnDestroy, OnInit } from "@angular/core";
import { FormControl } from "@angular/forms";
import {
  animationFrameScheduler,
  combineLatest,
  debounceTime,
  exhaustMap,
  filter,
  interval,
  map,
  Observable,
  startWith,
  Subscription,
  switchMap,
  takeWhile,
  timer,
  EMPTY,
} from "rxjs";

import { SessionApi, SessionState } from "@core/session-api.service";
import { RealtimeService } from "@core/realtime.service";
import { Toaster } from "@shared";

@Component({
  selector: "app-session",
  templateUrl: "./session.component.html",
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SessionComponent implements OnInit, OnDestroy {
  @Input({ required: true }) id!: string;

  state?: SessionState;
  players: string[] = [];
  readonly notes = new FormControl("", { nonNullable: true });
  private readonly subscriptions = new Subscription();

  readonly elapsed$: Observable<string> = interval(1000).pipe( //= none
    map((seconds) => `${Math.floor(seconds / 60)}:${seconds % 60}`),
  );

  readonly countdown$ = timer(0, 1000).pipe( //= none
    map((n) => 30 - n),
    takeWhile((n) => n >= 0),
  );

  constructor(
    private readonly api: SessionApi,
    private readonly realtime: RealtimeService,
    private readonly changes: ChangeDetectorRef,
    private readonly toaster: Toaster,
  ) {}

  ngOnInit(): void {
    this.subscriptions.add(
      interval(3000) //= stream ungated
        .pipe(
          startWith(0),
          switchMap(() => this.api.state(this.id)),
        )
        .subscribe((state) => {
          this.state = state;
          this.changes.markForCheck();
        }),
    );

    this.subscriptions.add(
      timer(0, 10_000) //= stream ungated
        .pipe(exhaustMap(() => this.api.players(this.id)))
        .subscribe((players) => (this.players = players)),
    );

    this.subscriptions.add(
      interval(20_000) //= none
        .pipe(switchMap(() => this.api.heartbeat(this.id)))
        .subscribe({ error: () => this.toaster.show("You are offline") }),
    );

    this.subscriptions.add(
      this.notes.valueChanges
        .pipe(
          debounceTime(750), //= none
          switchMap((text) => this.api.saveNotes(this.id, text)),
        )
        .subscribe(),
    );

    this.subscriptions.add(
      interval(0, animationFrameScheduler).subscribe(() => this.changes.detectChanges()), //= none
    );

    this.realtime.connected$
      .pipe(
        switchMap((isUp) => (isUp ? EMPTY : timer(0, 5000))), //= stream probably gated
        switchMap(() => this.api.state(this.id)),
      )
      .subscribe((state) => (this.state = state));

    combineLatest([interval(4000), this.realtime.connected$]) //= stream probably gated
      .pipe(
        filter(([, connected]) => !connected),
        switchMap(() => this.api.players(this.id)),
      )
      .subscribe((players) => (this.players = players));
  }

  ngOnDestroy(): void {
    this.subscriptions.unsubscribe();
  }
}

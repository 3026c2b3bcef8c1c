import { HttpClient } from "@angular/common/http";
import { Injectable } from "@angular/core";
import { BehaviorSubject, delay, merge, mergeMap, Observable, repeat, Subject, tap, timer } from "rxjs";

import { PollingService } from "@shared";
import { RealtimeService } from "@core/realtime.service";

interface Lobby {
  id: number;
  name: string;
}

@Injectable()
export class LobbyService {
  readonly lobbies$ = new BehaviorSubject<Lobby[]>([]);
  private readonly refresh$ = new Subject<void>();

  constructor(
    private readonly http: HttpClient,
    private readonly polling: PollingService,
    private readonly realtime: RealtimeService,
  ) {
    setInterval(() => { //= interval ungated
      this.load().subscribe((all) => this.lobbies$.next(all));
    }, 15_000);
  }

  load(): Observable<Lobby[]> {
    return this.http.get<Lobby[]>("/api/lobbies");
  }

  readonly invitations$ = this.polling.poll(() => this.http.get<string[]>("/api/invitations"), 8000); //= wrapper ungated

  readonly friends$ = merge(timer(0, 30_000), this.refresh$).pipe( //= stream ungated
    mergeMap(() => this.http.get<string[]>("/api/friends")),
  );

  readonly news$ = this.http.get<string[]>("/api/news").pipe(
    repeat({ delay: 60_000 }), //= stream ungated
  );

  watchSeats(id: number) {
    return timer(0, 2000).pipe( //= stream probably gated
      mergeMap(() => (this.realtime.connected() ? [] : this.http.get(`/api/lobbies/${id}/seats`))),
    );
  }

  join(id: number) {
    return this.http.post(`/api/lobbies/${id}/join`, {}).pipe(
      delay(500), //= none
      tap(() => this.refresh$.next()),
    );
  }
}

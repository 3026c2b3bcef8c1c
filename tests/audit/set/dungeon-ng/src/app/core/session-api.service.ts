import { HttpClient, HttpParams } from "@angular/common/http";
import { inject, Injectable } from "@angular/core";
import { catchError, Observable, of, retry, shareReplay, timer } from "rxjs";

export interface SessionState {
  round: number;
  tokens: { id: string; x: number; y: number }[];
}

@Injectable({ providedIn: "root" })
export class SessionApi {
  private readonly http = inject(HttpClient);

  state(id: string): Observable<SessionState> {
    return this.http.get<SessionState>(`/api/sessions/${id}/state`).pipe(
      retry({ count: 3, delay: (_, attempt) => timer(attempt * 1000) }), //= none
    );
  }

  players(id: string): Observable<string[]> {
    const params = new HttpParams().set("session", id);
    return this.http.get<string[]>("/api/players", { params }).pipe(catchError(() => of([])));
  }

  heartbeat(id: string) {
    return this.http.post(`/api/sessions/${id}/heartbeat`, {});
  }

  saveNotes(id: string, text: string) {
    return this.http.put(`/api/sessions/${id}/notes`, { text });
  }

  readonly rules$ = this.http.get("/api/rules").pipe(shareReplay(1));
}

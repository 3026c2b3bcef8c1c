import { HttpClient } from "@angular/common/http";
import { Injectable } from "@angular/core";
import { interval, switchMap, timer } from "rxjs";

@Injectable({ providedIn: "root" })
export class RosterService {
  readonly roster$ = timer(0, 5000).pipe(switchMap(() => this.http.get<string[]>("/api/roster"))); //= stream ungated
  readonly clock$ = interval(1000); //= none
  readonly later$ = timer(2000); //= none

  constructor(private readonly http: HttpClient) {}

  watch() {
    return interval(2000) //= stream ungated
      .pipe(switchMap(() => this.load()));
  }

  private load() {
    return this.http.get<string[]>("/api/roster/now");
  }
}

import { Injectable, signal } from "@angular/core";
import { timer } from "rxjs";

@Injectable({ providedIn: "root" })
export class Toaster {
  readonly text = signal("");

  show(text: string) {
    this.text.set(text);
    timer(3000).subscribe(() => this.text.set("")); //= none
  }
}

import type { ReactiveController, ReactiveControllerHost } from "lit";

/** For any element: calls `run` as long as the element is on the page. */
export class PollController implements ReactiveController {
  private id = 0;

  constructor(
    host: ReactiveControllerHost,
    private readonly run: () => Promise<void> | void,
    private readonly ms: number,
  ) {
    host.addController(this);
  }

  hostConnected() {
    this.id = window.setInterval(() => void this.run(), this.ms); //= none
  }

  hostDisconnected() {
    window.clearInterval(this.id);
  }
}

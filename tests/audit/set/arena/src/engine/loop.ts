import { applyPhysics } from "./physics";
import { api } from "../net/api";

export class GameLoop {
  private last = 0;
  private accumulator = 0;
  private lastSync = 0;
  private handle = 0;

  constructor(private readonly render: (alpha: number) => void) {}

  start() {
    this.last = performance.now();
    this.handle = requestAnimationFrame(this.frame); //= none
  }

  stop() {
    cancelAnimationFrame(this.handle);
  }

  private frame = (now: number) => {
    this.accumulator += now - this.last;
    this.last = now;
    while (this.accumulator >= 16) { //= none
      applyPhysics(16);
      this.accumulator -= 16;
    }
    this.render(this.accumulator / 16);
    if (now - this.lastSync > 2000) {
      this.lastSync = now;
      void api.world().then((world) => this.adopt(world));
    }
    this.handle = requestAnimationFrame(this.frame); //= timeout ungated
  };

  private adopt(world: unknown) {
    console.debug(world);
  }
}

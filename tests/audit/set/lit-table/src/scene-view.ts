import { LitElement, html } from "lit";
import { PollController } from "./poll-controller";

let realtime: { connected: boolean } = { connected: false };
export const setRealtime = (value: typeof realtime) => (realtime = value);

class SceneView extends LitElement {
  scene?: { image: string };
  spinning = 0;

  refreshing = new PollController(this, () => this.load(), 5000); //= wrapper ungated
  spinner = new PollController(this, () => void this.spinning++, 100); //= none

  async load() {
    const response = await fetch(`/api/scenes/${this.id}`);
    this.scene = await response.json();
    this.requestUpdate();
  }

  firstUpdated() {
    const again = async () => {
      if (!realtime.connected) await this.load();
      setTimeout(again, 4000); //= timeout probably gated
    };
    void again();

    const warn = async () => {
      if (!realtime.connected) console.warn("asking, since the room is away");
      await this.load();
      setTimeout(warn, 9000); //= timeout ungated
    };
    void warn();
  }

  render() {
    return html`<img src=${this.scene?.image ?? ""} style="rotate: ${this.spinning}deg" />`;
  }
}
customElements.define("scene-view", SceneView);

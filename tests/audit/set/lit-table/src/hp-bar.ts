import { html, LitElement } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Task } from "@lit/task";

@customElement("hp-bar")
export class HpBar extends LitElement {
  @property({ attribute: "token-id" }) tokenId = "";
  @property({ type: Number }) every = 3000;
  @state() private hp = 0;
  private timer?: ReturnType<typeof setTimeout>;
  private pulse?: ReturnType<typeof setInterval>;

  private readonly task = new Task(this, {
    task: async ([id], { signal }) => (await fetch(`/api/tokens/${id}`, { signal })).json(),
    args: () => [this.tokenId],
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#schedule();
    this.pulse = setInterval(() => this.classList.toggle("pulse"), 600); //= none
  }

  override disconnectedCallback(): void {
    clearTimeout(this.timer);
    clearInterval(this.pulse);
    super.disconnectedCallback();
  }

  #schedule(): void {
    this.timer = setTimeout(() => this.#update(), this.every); //= timeout ungated
  }

  async #update(): Promise<void> {
    const response = await fetch(`/api/tokens/${this.tokenId}/hp`);
    this.hp = await response.json();
    this.#schedule();
  }

  override render() {
    return html`<meter value=${this.hp}></meter> ${this.task.render({ complete: (it) => it.name })}`;
  }
}

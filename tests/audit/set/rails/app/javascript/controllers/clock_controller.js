import { Controller } from "@hotwired/stimulus";

export default class extends Controller {
  static values = { from: Number };

  connect() {
    this.update();
    this.interval = setInterval(this.update.bind(this), 1000); //= none
  }

  update() {
    const seconds = Math.floor(Date.now() / 1000 - this.fromValue);
    this.element.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  disconnect() {
    clearInterval(this.interval);
  }
}

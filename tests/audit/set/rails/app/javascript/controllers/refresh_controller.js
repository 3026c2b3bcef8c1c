import { Controller } from "@hotwired/stimulus";

// Connects to data-controller="refresh"
export default class extends Controller {
  static values = { every: { type: Number, default: 10000 } };

  connect() {
    this.timer = setInterval(() => this.element.reload(), this.everyValue); //= interval ungated
  }

  disconnect() {
    clearInterval(this.timer);
  }
}

import { Controller } from "@hotwired/stimulus";
import { get } from "@rails/request.js";

export default class extends Controller {
  static targets = ["list", "field"];
  static values = { url: String };

  connect() {
    this.startRefreshing();
  }

  disconnect() {
    this.stopRefreshing();
    clearTimeout(this.debounce);
  }

  load() {
    fetch(this.urlValue)
      .then((response) => response.text())
      .then((html) => (this.listTarget.innerHTML = html));
  }

  startRefreshing() {
    this.refreshTimer = setInterval(() => { //= interval ungated
      this.load();
    }, 4000);
  }

  stopRefreshing() {
    if (this.refreshTimer) clearInterval(this.refreshTimer);
  }

  search() {
    clearTimeout(this.debounce);
    this.debounce = setTimeout(() => get(`/dice?q=${this.fieldTarget.value}`, { responseKind: "turbo-stream" }), 300); //= none
  }
}

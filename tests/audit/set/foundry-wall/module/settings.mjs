export function registerSettings(module) {
  game.settings.register(module, "address", { scope: "world", config: true, type: String, default: "" });
  game.settings.register(module, "every", { scope: "world", config: true, type: Number, default: 5 });
}

import { registerSettings } from "./settings.mjs";
import { MusicBar } from "./music.mjs";
import { queryWall, WallClient } from "./client.mjs";

const MODULE = "foundry-wall";
let client;

Hooks.once("init", () => registerSettings(MODULE));

Hooks.once("ready", async () => {
  client = new WallClient(game.settings.get(MODULE, "address"));
  await client.hello();
  client.watch();
  new MusicBar().render(true);

  // Other modules may take a moment until they are there.
  const waiting = setInterval(() => { //= none
    if (!game.modules.get("socketlib")?.active) return;
    clearInterval(waiting);
    ui.notifications.info("The wall is up.");
  }, 250);
});

Hooks.on("updateCombat", foundry.utils.debounce((combat) => client?.push(combat.toObject()), 200)); //= none

Hooks.on("renderSceneControls", (_app, html) => {
  html.find(".wall-refresh").on("click", async () => {
    await queryWall(client.address);
    setTimeout(() => ui.sidebar.render(true), 500); //= none
  });
});

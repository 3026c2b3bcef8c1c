export async function queryWall(address) {
  const response = await foundry.utils.fetchJsonWithTimeout(`${address}/wall`);
  return response;
}

export class WallClient {
  constructor(address) {
    this.address = address;
    this.state = null;
  }

  hello() {
    return fetch(`${this.address}/hello`, { method: "POST", body: JSON.stringify({ world: game.world.id }) });
  }

  push(combat) {
    return fetch(`${this.address}/combat`, { method: "PUT", body: JSON.stringify(combat) });
  }

  watch() {
    this.timer = setInterval(async () => { //= interval ungated
      try {
        const res = await fetch(`${this.address}/wall`);
        this.#apply(await res.json());
      } catch (error) {
        console.error("foundry-wall |", error);
      }
    }, game.settings.get("foundry-wall", "every") * 1000);
    this.beat = setInterval(() => game.socket.emit("module.foundry-wall", { type: "alive" }), 10_000); //= none
  }

  #apply(state) {
    if (state.version === this.state?.version) return;
    this.state = state;
    Hooks.callAll("wallChanged", state);
  }
}

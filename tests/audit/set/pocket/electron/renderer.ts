declare const bridge: { invoke(channel: string): Promise<{ ok: boolean }> };

const panel = document.querySelector("#panel")!;

setInterval(async () => { //= none
  const state = await bridge.invoke("state");
  panel.textContent = state.ok ? "ok" : "?";
}, 1000);

async function showPlayers() {
  const response = await fetch("https://pocket.example.org/api/players");
  panel.textContent = (await response.json()).join(", ");
}

let down = false;
window.addEventListener("offline", () => (down = true));
window.addEventListener("online", () => (down = false));

setInterval(() => { //= interval ungated
  if (down) return;
  void showPlayers();
}, 5000);

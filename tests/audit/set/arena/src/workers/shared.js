const ports = new Set();

onconnect = (event) => {
  const [port] = event.ports;
  ports.add(port);
  port.start();
};

function broadcast(message) {
  ports.forEach((port) => port.postMessage(message));
}

(async function run() {
  while (true) { //= loop ungated
    try {
      const response = await fetch("/api/scoreboard");
      broadcast(await response.json());
    } catch {
      broadcast({ error: true });
    }
    await new Promise((r) => setTimeout(r, 5000));
  }
})();

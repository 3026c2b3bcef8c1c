/// <reference lib="webworker" />
declare const self: DedicatedWorkerGlobalScope;

let match = "";
let version = 0;
let timer: ReturnType<typeof setInterval> | undefined;

async function pull() {
  const response = await fetch(`/api/matches/${match}?after=${version}`);
  if (response.status === 304) return;
  const state = await response.json();
  version = state.version;
  self.postMessage({ type: "state", state });
}

self.onmessage = ({ data }: MessageEvent<{ type: "start" | "stop"; match: string }>) => {
  clearInterval(timer);
  if (data.type === "stop") return;
  match = data.match;
  timer = setInterval(pull, 1000); //= interval ungated
};

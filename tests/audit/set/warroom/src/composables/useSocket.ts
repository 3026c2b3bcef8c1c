import { io, type Socket } from "socket.io-client";
import { onScopeDispose, readonly, ref } from "vue";

const connected = ref(false);
let socket: Socket | undefined;

export function useSocket() {
  if (!socket) {
    socket = io("/table", { transports: ["websocket"] });
    socket.on("connect", () => (connected.value = true));
    socket.on("disconnect", () => (connected.value = false));
  }
  const latency = ref(0);
  const measure = setInterval(() => { //= none
    const sent = performance.now();
    socket!.emit("latency", () => (latency.value = performance.now() - sent));
  }, 5000);
  onScopeDispose(() => clearInterval(measure));
  return { socket, connected: readonly(connected), latency: readonly(latency) };
}

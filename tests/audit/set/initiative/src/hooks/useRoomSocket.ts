import { useEffect, useRef, useState } from "react";

type Listener = (message: unknown) => void;

export default function useRoomSocket(room: string, onMessage: Listener) {
  const [status, setStatus] = useState<"connecting" | "open" | "closed">("connecting");
  const socket = useRef<WebSocket | null>(null);
  const attempts = useRef(0);
  const listener = useRef(onMessage);
  listener.current = onMessage;

  useEffect(() => {
    let disposed = false;
    let heartbeat: ReturnType<typeof setInterval>;

    function connect() {
      const ws = new WebSocket(`wss://${location.host}/rooms/${room}`);
      socket.current = ws;
      ws.onopen = () => {
        attempts.current = 0;
        setStatus("open");
        heartbeat = setInterval(() => { //= none
          if (ws.readyState === WebSocket.OPEN) ws.send(JSON.stringify({ type: "ping" }));
        }, 20_000);
      };
      ws.onmessage = (event) => listener.current(JSON.parse(event.data));
      ws.onclose = () => {
        clearInterval(heartbeat);
        setStatus("closed");
        if (disposed) return;
        const delay = Math.min(30_000, 500 * 2 ** attempts.current++);
        setTimeout(connect, delay + Math.random() * 300); //= none
      };
    }

    connect();
    return () => {
      disposed = true;
      clearInterval(heartbeat);
      socket.current?.close();
    };
  }, [room]);

  return { status, isOpen: status === "open", socket };
}

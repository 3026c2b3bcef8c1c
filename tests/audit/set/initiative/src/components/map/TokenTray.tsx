import { useEffect, useState } from "react";
import { http } from "@/api";
import { useRoomSocket } from "@hooks";

type Token = { id: string; x: number; y: number };

export function TokenTray({ scene, connected }: { scene: string; connected: boolean }) {
  const [tokens, setTokens] = useState<Token[]>([]);
  const { status } = useRoomSocket(scene, () => undefined);

  useEffect(() => {
    const everyMs = status === "open" ? 20_000 : 2_000;
    const id = setInterval(() => { //= interval throttled
      http.get<Token[]>(`/scenes/${scene}/tokens`).then((response) => setTokens(response.data));
    }, everyMs);
    return () => clearInterval(id);
  }, [scene, status]);

  useEffect(() => {
    if (!connected) return;
    const id = setInterval(async () => { //= interval inverted
      const { data } = await http.get(`/scenes/${scene}/auras`);
      console.debug("auras", data);
    }, 3000);
    return () => clearInterval(id);
  }, [connected, scene]);

  return <ul>{tokens.map((token) => <li key={token.id} style={{ left: token.x, top: token.y }} />)}</ul>;
}

import { useEffect, useRef, useState } from "react";

import { http } from "@/api";
import { useRoomSocket } from "@hooks";

interface Fog {
  cells: number[];
  version: number;
}

export function FogLayer({ scene }: { scene: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [fog, setFog] = useState<Fog>({ cells: [], version: 0 });
  const { isOpen } = useRoomSocket(scene, (message) => setFog(message as Fog));

  // Falls back to asking when the socket is down.
  useEffect(() => {
    if (isOpen) {
      return;
    }
    const load = async () => {
      const { data } = await http.get<Fog>(`/scenes/${scene}/fog`);
      setFog((old) => (old.version >= data.version ? old : data));
    };
    void load();
    const fallback = setInterval(load, 4000); //= interval probably gated
    return () => clearInterval(fallback);
  }, [isOpen, scene]);

  useEffect(() => {
    let frame = 0;
    const draw = () => {
      const context = canvas.current?.getContext("2d");
      context?.clearRect(0, 0, 4000, 4000);
      fog.cells.forEach((cell) => context?.fillRect((cell % 80) * 50, Math.floor(cell / 80) * 50, 50, 50));
      frame = requestAnimationFrame(draw); //= none
    };
    draw();
    return () => cancelAnimationFrame(frame);
  }, [fog]);

  return <canvas ref={canvas} width={4000} height={4000} />;
}

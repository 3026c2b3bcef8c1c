"use client";

import { useEffect, useState } from "react";
import { useRouter } from "next/navigation";
import { getLobby } from "~/lib/actions";
import { SeatList } from "~/components/seat-list";

export default function LobbyPage() {
  const [seats, setSeats] = useState<string[]>([]);
  const [dots, setDots] = useState("");
  const router = useRouter();

  useEffect(() => {
    const check = async () => {
      const lobby = await getLobby();
      setSeats(lobby.seats);
      if (lobby.startedSession) router.push(`/session/${lobby.startedSession}`);
    };
    const interval = setInterval(check, 2000); //= interval ungated
    check();
    return () => clearInterval(interval);
  }, [router]);

  useEffect(() => {
    const id = setInterval(() => setDots((it) => (it.length > 2 ? "" : it + ".")), 500); //= none
    return () => clearInterval(id);
  }, []);

  return <main>Waiting{dots}<SeatList seats={seats} /></main>;
}

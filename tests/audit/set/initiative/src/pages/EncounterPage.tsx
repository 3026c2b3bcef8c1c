import { useEffect, useState } from "react";
import { useParams } from "react-router-dom";
import { useInterval } from "usehooks-ts";

import { diceApi, encounters, http, touchPresence, type Combatant } from "@/api";
import { useEncounter, useNow, usePolling, useRoomSocket } from "@hooks";
import { TurnTimer } from "@/components/TurnTimer";

const LOG_REFRESH_MS = 4_000;

export function EncounterPage() {
  const { encounterId = "" } = useParams();
  const { encounter } = useEncounter(encounterId);
  const [combatants, setCombatants] = useState<Combatant[]>([]);
  const [rolls, setRolls] = useState<{ id: number; text: string }[]>([]);
  const [handouts, setHandouts] = useState<string[]>([]);
  const [whispers, setWhispers] = useState<string[]>([]);
  const now = useNow();
  const { status, isOpen } = useRoomSocket(encounterId, () => undefined);

  usePolling(async () => { //= wrapper ungated
    setCombatants(await encounters.combatants(encounterId));
  }, 2500);

  usePolling(() => touchPresence("home"), 30_000); //= none

  usePolling( //= wrapper probably gated
    async () => {
      const { data } = await http.get(`/encounters/${encounterId}/handouts`);
      setHandouts(data.map((it: { title: string }) => it.title));
    },
    5000,
    { enabled: status !== "open" },
  );

  useInterval(async () => { //= hook ungated
    setRolls(await diceApi.recent(encounterId));
  }, LOG_REFRESH_MS);

  useInterval( //= hook probably gated
    () => {
      http.get("/whispers").then(({ data }) => setWhispers(data));
    },
    isOpen ? null : 6000,
  );

  useInterval(() => document.title = `Round ${encounter?.round ?? 0}`, 1000); //= none

  useEffect(() => {
    const id = setInterval(() => { //= none
      void encounters.save({ id: encounterId, round: 1, activeIndex: 0, combatants });
    }, 15_000);
    return () => clearInterval(id);
  }, [combatants, encounterId]);

  return (
    <section>
      <TurnTimer startedAt={now} />
      <ul>{combatants.map((it) => <li key={it.id}>{it.name}</li>)}</ul>
      <ol>{rolls.map((it) => <li key={it.id}>{it.text}</li>)}</ol>
      <p>{handouts.length} handouts, {whispers.length} whispers</p>
    </section>
  );
}

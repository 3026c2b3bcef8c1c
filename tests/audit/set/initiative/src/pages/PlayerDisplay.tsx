import { useEffect, useState } from "react";
import { encounters, type Encounter } from "@/api";

/** What hangs on the wall: no input, only the current turn. */
export default function PlayerDisplay({ id }: { id: string }) {
  const [encounter, setEncounter] = useState<Encounter>();

  useEffect(() => {
    let stopped = false;
    let timeout: ReturnType<typeof setTimeout>;

    async function poll() {
      try {
        const next = await encounters.byId(id);
        if (!stopped) setEncounter(next);
      } catch (error) {
        console.warn("could not refresh the display", error);
      } finally {
        if (!stopped) timeout = setTimeout(poll, 5000); //= timeout ungated
      }
    }

    void poll();
    return () => {
      stopped = true;
      clearTimeout(timeout);
    };
  }, [id]);

  useEffect(() => {
    // TVs never close the tab: a fresh page every night
    const midnight = new Date().setHours(24, 0, 0, 0);
    const id = setTimeout(() => window.location.reload(), midnight - Date.now()); //= none
    return () => clearTimeout(id);
  }, []);

  return <h1>{encounter?.combatants[encounter.activeIndex]?.name}</h1>;
}

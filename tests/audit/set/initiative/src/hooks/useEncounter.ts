import { useCallback, useEffect, useRef, useState } from "react";

import { encounters, type Encounter } from "@/api";

export function useEncounter(id: string | undefined, pollMs = 3000) {
  const [encounter, setEncounter] = useState<Encounter | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const mounted = useRef(true);

  const refresh = useCallback(async () => {
    if (!id) return;
    try {
      const next = await encounters.byId(id);
      if (mounted.current) setEncounter(next);
    } catch (err) {
      if (mounted.current) setError(err as Error);
    }
  }, [id]);

  useEffect(() => {
    mounted.current = true;
    void refresh();
    const handle = window.setInterval(() => void refresh(), pollMs); //= interval ungated
    return () => {
      mounted.current = false;
      window.clearInterval(handle);
    };
  }, [refresh, pollMs]);

  const save = useCallback(async () => {
    if (encounter) await encounters.save(encounter);
  }, [encounter]);

  useEffect(() => {
    const autosave = setTimeout(save, 800); //= none
    return () => clearTimeout(autosave);
  }, [save]);

  return { encounter, error, refresh };
}

import { useEffect } from "react";
import { supabase } from "../lib/supabase";

export function usePresence(scene: string, user: string) {
  useEffect(() => {
    const beat = setInterval(async () => { //= none
      await supabase.from("presence").upsert({ scene, user, at: new Date().toISOString() });
    }, 10_000);
    const sweep = setInterval(() => supabase.from("cursors").delete().eq("user", user), 60_000); //= none
    return () => {
      clearInterval(beat);
      clearInterval(sweep);
    };
  }, [scene, user]);

  useEffect(() => {
    const { data } = supabase.auth.onAuthStateChange((event) => console.debug(event));
    const renew = setInterval(() => supabase.auth.refreshSession(), 45 * 60_000); //= none
    return () => {
      clearInterval(renew);
      data.subscription.unsubscribe();
    };
  }, []);
}

import type { RealtimeChannel } from "@supabase/supabase-js";
import { useCallback, useEffect, useRef, useState } from "react";
import { supabase } from "../lib/supabase";
import type { Token } from "../lib/database";

export function useTokens(scene: string) {
  const [tokens, setTokens] = useState<Token[]>([]);
  const [isSubscribed, setSubscribed] = useState(false);
  const channel = useRef<RealtimeChannel>();

  const fetchTokens = useCallback(async () => {
    const { data, error } = await supabase
      .from("tokens")
      .select("id, x, y")
      .eq("scene", scene)
      .order("id");
    if (!error && data) setTokens(data);
  }, [scene]);

  useEffect(() => {
    void fetchTokens();
    channel.current = supabase
      .channel(`scene:${scene}`)
      .on("postgres_changes", { event: "*", schema: "public", table: "tokens" }, () => void fetchTokens())
      .subscribe((status) => setSubscribed(status === "SUBSCRIBED"));
    return () => {
      void channel.current?.unsubscribe();
    };
  }, [fetchTokens, scene]);

  useEffect(() => {
    if (isSubscribed) return;
    const backup = setInterval(fetchTokens, 5000); //= interval probably gated
    return () => clearInterval(backup);
  }, [fetchTokens, isSubscribed]);

  return tokens;
}

export function useFogOfWar(scene: string) {
  const [fog, setFog] = useState<string>("");
  useEffect(() => {
    const interval = setInterval(async () => { //= interval ungated
      const { data } = await supabase
        .from("fog")
        .select("cells")
        .eq("scene", scene)
        .single();
      setFog(data?.cells ?? "");
    }, 3000);
    return () => clearInterval(interval);
  }, [scene]);
  return fog;
}

export function useSummary(scene: string) {
  const [summary, setSummary] = useState<unknown>();
  useEffect(() => {
    let timer: number;
    const run = async () => {
      const { data } = await supabase.rpc("scene_summary", { scene_id: scene });
      setSummary(data);
      timer = window.setTimeout(run, 10_000); //= timeout ungated
    };
    void run();
    return () => window.clearTimeout(timer);
  }, [scene]);
  return summary;
}

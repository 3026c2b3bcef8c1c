import { createClient } from "@supabase/supabase-js";

const supabase = createClient("https://example.supabase.co", "key");

export async function loadTurn() {
  const { data } = await supabase
    .from("turns")
    .select("*")
    .order("at");
  return data;
}

export async function keepAlive() {
  await supabase
    .from("presence")
    .upsert({ at: Date.now() })
    .select();
}

setInterval(keepAlive, 30000); //= none

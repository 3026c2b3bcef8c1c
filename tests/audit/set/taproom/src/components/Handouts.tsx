import { createEffect, createResource, createSignal, For, onCleanup, onMount } from "solid-js";
import { createQuery } from "@tanstack/solid-query";
import { supabase } from "../lib/supabase";

const fetchHandouts = async (scene: string) => {
  const { data } = await supabase.from("handouts").select("*").eq("scene", scene);
  return data ?? [];
};

export function Handouts(props: { scene: string; live: boolean }) {
  const [handouts, { refetch }] = createResource(() => props.scene, fetchHandouts);
  const [open, setOpen] = createSignal(false);
  const [left, setLeft] = createSignal(30);

  const timer = setInterval(() => refetch(), 6000); //= interval ungated
  onCleanup(() => clearInterval(timer));

  onMount(() => {
    const id = setInterval(() => setLeft((n) => n - 1), 1000); //= none
    onCleanup(() => clearInterval(id));
  });

  const secrets = createQuery(() => ({
    queryKey: ["secrets", props.scene],
    queryFn: async () => (await fetch(`/api/secrets/${props.scene}`)).json(),
    refetchInterval: 9000, //= option ungated
  }));

  createEffect(() => {
    if (!open()) return;
    const id = setTimeout(() => setOpen(false), 5000); //= none
    onCleanup(() => clearTimeout(id));
  });

  return <For each={handouts()}>{(it) => <p onClick={() => setOpen(true)}>{it.title} {left()} {secrets.data?.length}</p>}</For>;
}

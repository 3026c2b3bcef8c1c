import { useEffect } from "react";
import { useRouter } from "next/navigation";
import { useRevalidator } from "react-router";
import { useGame } from "./slices";
import { fetchScene } from "./api";

export function Lobby({ live }: { live: boolean }) {
  const router = useRouter();
  const revalidator = useRevalidator();
  const sync = useGame((state) => state.sync);

  useEffect(() => {
    const timer = setInterval(() => router.refresh(), 10_000); //= interval ungated
    return () => clearInterval(timer);
  }, [router]);

  useEffect(() => {
    const timer = setInterval(() => { //= interval ungated
      if (document.visibilityState === "visible") revalidator.revalidate();
    }, 5000);
    return () => clearInterval(timer);
  }, [revalidator]);

  useEffect(() => {
    const timer = setInterval(sync, 2000); //= interval ungated
    return () => clearInterval(timer);
  }, [sync]);

  useEffect(() => {
    const timer = setInterval(() => { //= interval probably gated
      if (live) return;
      void fetchScene("lobby");
    }, 2000);
    return () => clearInterval(timer);
  }, [live]);

  useEffect(() => {
    let stopped = false;
    async function poll() {
      await fetchScene("lobby");
      if (!stopped) setTimeout(poll, 3000); //= timeout ungated
    }
    void poll();
    return () => {
      stopped = true;
    };
  }, []);

  useEffect(() => {
    const timer = setTimeout(() => router.push("/table"), 5000); //= none
    return () => clearTimeout(timer);
  }, [router]);

  return <button onClick={() => setTimeout(() => location.reload(), 1000)}>again</button>; //= none
}

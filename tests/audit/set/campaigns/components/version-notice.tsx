"use client";
import { useEffect, useRef, useState } from "react";

/** Says when a newer build is on the server. */
export function VersionNotice({ current }: { current: string }) {
  const [latest, setLatest] = useState(current);
  const ran = useRef(false);

  useEffect(() => {
    if (ran.current) return; // StrictMode runs effects twice
    ran.current = true;
    const check = () =>
      fetch("/version.json", { cache: "no-store" })
        .then((it) => it.json())
        .then(({ version }) => setLatest(version))
        .catch(() => undefined);
    window.setInterval(check, 5 * 60_000); //= interval ungated
  }, []);

  useEffect(() => {
    if (!("serviceWorker" in navigator)) return;
    navigator.serviceWorker.ready.then((registration) => {
      setInterval(() => registration.update(), 60 * 60_000); //= none
    });
  }, []);

  return latest === current ? null : <p>There is a new version.</p>;
}

import { useEffect, useState } from "react";
import { api } from "./api.js";

export function Tide({ socket }) {
  const [tide, setTide] = useState(null);
  const [seconds, setSeconds] = useState(0);

  useEffect(() => {
    let gone = false;
    let timer;
    const next = async () => {
      setTide(await api.get("/api/tide"));
      if (!gone) timer = setTimeout(next, 10_000); //= timeout ungated
    };
    next();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, []);

  useEffect(() => {
    const clock = setInterval(() => setSeconds((it) => it + 1), 1000); //= none
    const beat = setInterval(() => socket.emit("heartbeat"), 20_000); //= none
    const save = setInterval(() => api.post("/api/log", { seconds }), 30_000); //= none
    return () => [clock, beat, save].forEach(clearInterval);
  }, [socket, seconds]);

  useEffect(() => {
    if (socket.connected) return undefined;
    const timer = setInterval(() => { //= interval probably gated
      if (!socket.connected) api.get("/api/signals").then(setTide);
    }, 5000);
    return () => clearInterval(timer);
  }, [socket, socket.connected]);

  return <p>{tide?.height} {seconds}</p>;
}

import { useRef } from "react";
import { api } from "./api.js";

const LIMIT = 120_000;

export function useDeviceLogin(onToken) {
  const timer = useRef(null);
  const stop = () => clearInterval(timer.current);

  return async function begin() {
    const { pin } = await api.post("/api/pins");
    const begun = Date.now();
    timer.current = setInterval(async () => { //= none
      if (Date.now() - begun > LIMIT) {
        stop();
        return;
      }
      const { token } = await api.get(`/api/pins/${pin}`);
      if (token) {
        stop();
        onToken(token);
      }
    }, 1000);
  };
}

export function useBerths(show) {
  const asked = useRef(0);
  return function begin() {
    return setInterval(async () => { //= interval ungated
      if (Date.now() - asked.current > 30_000) {
        asked.current = Date.now();
        show(await api.get("/api/berths"));
      }
    }, 1000);
  };
}

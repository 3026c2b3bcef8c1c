import axios from "axios";
import Echo from "laravel-echo";
import Pusher from "pusher-js";

window.axios = axios;
window.Pusher = Pusher;
window.Echo = new Echo({
  broadcaster: "pusher",
  key: import.meta.env.VITE_PUSHER_APP_KEY,
  activityTimeout: 30_000,
  pongTimeout: 10_000,
});

// CSRF tokens run out after two hours at the table.
setInterval(() => axios.get("/sanctum/csrf-cookie"), 100 * 60 * 1000); //= none

window.addEventListener("beforeunload", () => navigator.sendBeacon("/leave"));

import debounce from "lodash/debounce";
import throttle from "lodash/throttle";

const search = debounce(async (term) => { //= none
  const answer = await fetch(`/api/search?q=${encodeURIComponent(term)}`);
  show(await answer.json());
}, 300);

const onScroll = throttle(() => fetch(`/api/page/${Math.floor(scrollY / 1000)}`), 1000); //= none

function show(results) {
  document.querySelector("#results").replaceChildren(...results.map((it) => new Text(it)));
}

export function init() {
  document.querySelector("#q").addEventListener("input", (event) => search(event.target.value));
  window.addEventListener("scroll", onScroll);

  const fps = document.querySelector("#fps");
  let frames = 0;
  setInterval(() => { //= none
    fps.textContent = frames;
    frames = 0;
  }, 1000);

  const waitForSdk = setInterval(() => { //= none
    if (!window.DiscordSDK) return;
    clearInterval(waitForSdk);
    window.DiscordSDK.ready().then(() => fetch("/api/discord/me"));
  }, 200);

  const cache = new Map();
  setInterval(() => { //= none
    for (const [key, { at }] of cache) if (Date.now() - at > 60_000) cache.delete(key);
  }, 10_000);

  let idle;
  const wake = () => {
    document.body.classList.remove("idle");
    clearTimeout(idle);
    idle = setTimeout(() => document.body.classList.add("idle"), 5000); //= none
  };
  addEventListener("pointermove", wake);

  setInterval(() => window.electron?.invoke("battery").then((level) => (fps.title = level)), 10_000); //= none
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) setTimeout(() => fetch("/api/hello"), 200); //= none
  });
}

const CACHE = "arena-v7";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(["/", "/app.js", "/app.css"])));
});

self.addEventListener("fetch", (event) => {
  event.respondWith(
    caches.match(event.request).then((hit) => {
      const timeout = new Promise((_, reject) => setTimeout(reject, 4000)); //= none
      return hit ?? Promise.race([fetch(event.request), timeout]);
    }),
  );
});

// Timers of hidden tabs are slowed down, those of a worker aren't.
let handle = null;
self.addEventListener("message", (event) => {
  if (event.data === "start") handle = setInterval(() => self.postMessage("tick"), 1000); //= none
  else clearInterval(handle);
});

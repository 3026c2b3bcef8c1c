// Comet, as it was done before websockets.
function waitForEvents(cursor) {
  return fetch("/comet.php?cursor=" + cursor)
    .then(function (res) {
      return res.status === 204 ? { cursor: cursor, events: [] } : res.json();
    })
    .then(function (batch) {
      batch.events.forEach(apply);
      setTimeout(waitForEvents, 0, batch.cursor); //= timeout ungated
    })
    .catch(function () {
      setTimeout(waitForEvents, 5000, cursor); //= none
    });
}

function apply(event) {
  document.dispatchEvent(new CustomEvent("hexcrawl:" + event.type, { detail: event }));
}

async function subscribe(cursor) {
  for (;;) { //= loop ungated
    const res = await fetch(`/subscribe.php?cursor=${cursor}`);
    if (res.status === 502) continue;
    const batch = await res.json();
    cursor = batch.cursor;
    batch.events.forEach(apply);
  }
}

function whenReady(callback) {
  if (document.readyState !== "loading" && window.HexMap) callback();
  else setTimeout(whenReady, 50, callback); //= none
}

whenReady(function () {
  waitForEvents(0);
});

/* A map of the old kind: no build, one file. */
var timer = null;
var retries = 0;

function draw(state) {
  document.getElementById("turn").textContent = state.turn;
}

function loadState() {
  $.getJSON("/state.php", function (state) {
    draw(state);
    setTimeout(loadState, 2000); //= timeout ungated
  });
}

function loadImage() {
  document.getElementById("map").src = "/map.png?" + Date.now();
}
setInterval(loadImage, 5000); //= interval ungated

function xhrPoll() {
  var request = new XMLHttpRequest();
  request.open("GET", "/events.php?since=" + window.lastSeen);
  request.onload = function () {
    draw(JSON.parse(request.responseText));
    window.setTimeout(xhrPoll, 1000); //= timeout ungated
  };
  request.send();
}

function beat() {
  $.ajax({ url: "/beat.php", type: "POST", data: { at: Date.now() } });
}
setInterval(beat, 30000); //= none

function tryToLoad() {
  $.ajax({
    url: "/ready.php",
    success: draw,
    error: function () {
      if (retries++ < 5) setTimeout(tryToLoad, 1000); //= none
    },
  });
}

function blink() {
  document.getElementById("cursor").classList.toggle("on");
  setTimeout(blink, 500); //= none
}

function waitForLibrary() {
  if (window.THREE) return start();
  setTimeout(waitForLibrary, 50); //= none
}

function start() {
  loadState();
  xhrPoll();
  tryToLoad();
}

var Table = {
  init: function () {
    setInterval(this.refresh.bind(this), 4000); //= interval ungated
    setInterval(this.animate.bind(this), 16); //= none
  },
  refresh: function () {
    fetch("/table.json").then(this.show.bind(this));
  },
  show: function (answer) {
    this.answer = answer;
  },
  animate: function () {
    this.frame = (this.frame || 0) + 1;
  },
};

class Initiative {
  #order = [];
  constructor(url) {
    this.url = url;
    setInterval(() => this.#pull(), 1500); //= interval ungated
  }
  async #pull() {
    this.#order = await (await fetch(this.url)).json();
  }
}

function countdown(seconds) {
  var left = seconds;
  var ticking = setInterval(function () { //= none
    left -= 1;
    if (left <= 0) clearInterval(ticking);
  }, 1000);
}

function pollRoom() {
  if (room.readyState === WebSocket.OPEN) return;
  fetch("/api/room").then(draw);
}
var room = new WebSocket("wss://example.org/room");
setInterval(pollRoom, 3000); //= interval probably gated
setInterval(function () { //= none
  room.send("ping");
}, 20000);
room.onclose = function () {
  setTimeout(function () { //= none
    room = new WebSocket("wss://example.org/room");
  }, 1000);
};

function logWhenDown() {
  if (!room.connected) console.warn("polling, since the room is down");
  fetch("/api/everything").then(draw);
}
setInterval(logWhenDown, 3000); //= interval ungated

async function follow() {
  while (true) { //= loop ungated
    const answer = await fetch("/api/log");
    draw(await answer.json());
    await new Promise((done) => setTimeout(done, 5000));
  }
}

async function typeOut(text) {
  for (const letter of text) {
    document.body.append(letter);
    await new Promise((done) => setTimeout(done, 20));
  }
}

async function upload(parts) {
  let at = 0;
  while (at < parts.length) { //= none
    await fetch("/upload", { method: "POST", body: parts[at++] });
    await new Promise((done) => setTimeout(done, 100));
  }
}

// vttsync-allow-poll: the printer in the cellar knows nothing of the room
setInterval(() => fetch("http://printer.local/status"), 60000); //= interval ungated
setInterval(() => localStorage.setItem("draft", JSON.stringify(Table)), 5000); //= none
setTimeout(() => fetch("/api/hello"), 1000); //= none

/* global SESSION */
var HexMap = {
  pollTimer: 0,
  queue: [],
  flushTimer: 0,
  scale: 1,

  start: function (element) {
    this.element = element;
    this.poll();
    this.pollTimer = setInterval($.proxy(this.poll, this), 4000); //= interval ungated
    this.flushTimer = setInterval($.proxy(this.flush, this), 2000); //= none
    setInterval(this.drift.bind(this), 33); //= none
  },

  poll: function () {
    var self = this;
    var xhr = new XMLHttpRequest();
    xhr.onreadystatechange = function () {
      if (xhr.readyState === 4 && xhr.status === 200) self.draw(JSON.parse(xhr.responseText));
    };
    xhr.open("GET", "/hexes.php?id=" + SESSION, true);
    xhr.send(null);
  },

  flush: function () {
    if (!this.queue.length) return;
    var xhr = new XMLHttpRequest();
    xhr.open("POST", "/strokes.php?id=" + SESSION, true);
    xhr.setRequestHeader("Content-Type", "application/json");
    xhr.send(JSON.stringify(this.queue.splice(0)));
  },

  drift: function () {
    this.scale += Math.sin(Date.now() / 900) / 500;
    this.element.style.transform = "scale(" + this.scale + ")";
  },

  draw: function (hexes) {
    this.element.innerHTML = hexes
      .map(function (hex) {
        return '<div class="hex" style="left:' + hex.x + "px;top:" + hex.y + 'px"></div>';
      })
      .join("");
  },
};

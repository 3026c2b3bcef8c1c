/** What is in front of one person: draws what is new, and does what they ask for. */
import { createBar } from "./bar.js";
import { createCamera } from "./camera.js";
import { chooseTheme, createDialogs, createVoice } from "./dialogs.js";
import { find, say, set } from "./dom.js";
import { createGauge } from "./gauge.js";
import { cellOf, inside, middle } from "./geometry.js";
import { createGround } from "./ground.js";
import { createHand } from "./hand.js";
import { listenToKeys } from "./keys.js";
import { mayMove, mayPass, tableOf } from "./model.js";
import { createMoves } from "./moves.js";
import { createOwn } from "./own.js";
import { carriedIn, createOthers } from "./others.js";
import { createThings } from "./things.js";
import { createTurns } from "./turns.js";
import { placeWords, statusWords } from "./words.js";

/** @typedef {import("./types.d.ts").Feed} Feed */
/** @typedef {import("./types.d.ts").Mode} Mode */
/** @typedef {import("./types.d.ts").Point} Point */
/** @typedef {import("./types.d.ts").Seat} Seat */
/** @typedef {import("./hand.js").Tool} Tool */
/** @typedef {import("./model.js").Table} Table */

const ROLES = { gm: "game master", player: "player", spectator: "spectator", display: "display" };
const SECOND = 1000;

/**
 * @param {{ api: import("./api.js").Api, seat: Seat, meter: import("./meter.js").Meter,
 *   welcome: import("./api.js").Welcome, every: number,
 *   choose: (mode: Mode, every: number) => Promise<void> }} options
 */
export function createDesk({ api, seat, meter, welcome, every: firstEvery, choose }) {
  const stage = find("#stage");
  const things = /** @type {SVGElement} */ (/** @type {unknown} */ (find("#things")));
  const ground = /** @type {SVGElement} */ (/** @type {unknown} */ (find("#ground")));
  const voice = createVoice();
  /** @type {Feed | undefined} */
  let feed;
  let every = firstEvery;
  let table = tableOf({});
  /** @type {import("./types.d.ts").Entities | undefined} */
  let drawn;
  /** @type {string | undefined} */
  let selected;
  let due = 0;
  let forget = () => {};

  const doing = (/** @type {Promise<unknown>} */ deed) => deed.catch(voice.complain);
  const moves = createMoves({ api, meter, changed: draw, refused: voice.complain });
  const camera = createCamera(stage, [ground, things]);
  const drawGround = createGround(ground);
  const drawThings = createThings(things, seat);
  const drawOthers = createOthers(things);
  const own = createOwn(things, seat, draw);
  const tokenOf = (/** @type {string} */ key) => table.tokens.find(([it]) => it === key)?.[1];
  const placeOf = (/** @type {string} */ key) => {
    const token = tokenOf(key);
    return token ? moves.placeOf(key, token) : { x: 0, y: 0 };
  };

  /** @type {import("./hand.js").Desk} */
  const desk = {
    seat,
    get camera() {
      return camera.now;
    },
    tool: "move",
    table: () => table,
    placeOf,
    look: camera.look,
    select(key) {
      selected = key;
      draw();
    },
    hold(key, at) {
      own.hold(key, at);
      feed?.presence?.send("drag", { tokenId: key, x: Math.round(at.x), y: Math.round(at.y) });
    },
    letGo(key, at) {
      own.letGo();
      const done = at ? put(key, at) : Promise.resolve();
      // Only now: without the drag the others see the token where the view has it.
      void done.then(() => feed?.presence?.send("drag", null));
    },
    toggleDoor(key) {
      const wall = table.walls.find(([it]) => it === key)?.[1];
      if (seat.role === "gm" && wall) doing(api.door(key, wall.door === "open" ? "closed" : "open"));
    },
    point(at) {
      const here = at && { sceneId: table.key, x: Math.round(at.x), y: Math.round(at.y) };
      if (mayShow()) feed?.presence?.send("cursor", here);
    },
    ping(at) {
      if (!mayShow() || !feed?.presence) return;
      const here = { sceneId: table.key, x: Math.round(at.x), y: Math.round(at.y) };
      feed.presence.send("ping", here);
      own.ping(here);
    },
    measure(points) {
      own.measure(points);
      if (mayShow()) feed?.presence?.send("ruler", points && { sceneId: table.key, points });
    },
  };
  const hand = createHand(stage, desk);
  const drawBar = createBar({
    root: find("#bar"),
    seat,
    hide: (key, hidden) => doing(api.change(key, { hidden })),
    hurt: (key, hp) => doing(api.change(key, { hp })),
    remove: (key, name) => doing(api.remove(key).then(() => voice.tell(`${name} is gone`))),
    close: () => desk.select(undefined),
  });
  const drawTurns = createTurns({ root: find("#turns"), seat, pick: goTo, nextTurn });
  const canBeRealtime = welcome.room !== null;
  const gauge = createGauge({
    root: find("#gauge"),
    meter,
    canBeRealtime,
    every,
    choose: (mode, ms) => doing(choose(mode, ms)),
  });
  const dialogs = createDialogs({
    gm: seat.role === "gm",
    creatures: welcome.creatures,
    add: (creature, name) => doing(api.add({ creature, name, sceneId: table.key, ...camera.middle() })),
    again: () => doing(api.again()),
  });
  listenToKeys(stage, {
    step,
    pick: desk.select,
    toggleDoor: desk.toggleDoor,
    pan: camera.pan,
    zoom: camera.zoom,
    fit: camera.fit,
    choose: pickUp,
    nextTurn,
    add: dialogs.add,
    putDown() {
      hand.cancel();
      desk.select(undefined);
    },
  });
  prepare();

  return {
    gauge: gauge.draw,
    /**
     * @param {Feed} next
     * @param {Mode} mode
     * @param {number} ms
     */
    follow(next, mode, ms) {
      forget();
      feed = next;
      every = ms;
      const unsubscribe = [next.subscribe(draw), next.presence?.subscribe(draw)];
      forget = () => unsubscribe.forEach((stop) => stop?.());
      gauge.show(mode);
      const pointing = /** @type {HTMLButtonElement} */ (find('[data-tool="ping"]'));
      pointing.disabled = !next.presence;
      if (!next.presence && desk.tool === "ping") pickUp("move");
      draw();
    },
  };

  function prepare() {
    chooseTheme();
    document.body.dataset.role = seat.role;
    say(find("#seat"), seat.user);
    find("#seat").append(Object.assign(document.createElement("small"), { textContent: ROLES[seat.role] }));
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (stage.querySelectorAll("[data-tool]"))) {
      button.addEventListener("click", () => pickUp(/** @type {Tool} */ (button.dataset.tool)));
    }
    const adding = find('[data-action="add"]');
    adding.hidden = seat.role !== "gm";
    adding.addEventListener("click", dialogs.add);
    document.addEventListener("visibilitychange", draw);
    setInterval(gauge.draw, SECOND);
  }

  function mayShow() {
    return seat.role === "gm" || seat.role === "player";
  }

  /** @param {Tool} tool */
  function pickUp(tool) {
    if (tool === "ping" && !feed?.presence) return;
    desk.tool = tool;
    stage.dataset.tool = tool;
    for (const button of stage.querySelectorAll("[data-tool]")) {
      set(button, { "aria-pressed": button.getAttribute("data-tool") === tool ? "true" : "false" });
    }
  }

  function nextTurn() {
    if (table.fight && mayPass(seat, table.fight)) doing(api.nextTurn(table.fight));
  }

  /**
   * @param {string} key
   * @param {Point} at
   */
  async function put(key, at) {
    const [token, scene] = [tokenOf(key), table.scene];
    if (!token || !scene) return;
    voice.tell(`${token.name}, ${placeWords(cellOf({ x: at.x + 1, y: at.y + 1 }, scene.grid))}`);
    await moves.put(key, at, token);
  }

  /**
   * @param {string} key
   * @param {number} dx in cells
   * @param {number} dy
   */
  function step(key, dx, dy) {
    const [token, scene] = [tokenOf(key), table.scene];
    if (!token || !scene) return;
    if (!mayMove(seat, token)) return voice.tell(`${token.name} isn’t yours to move`);
    const from = placeOf(key);
    const { size } = scene.grid;
    void put(key, inside({ x: from.x + dx * size, y: from.y + dy * size }, token, scene));
  }

  /** @param {string} key */
  function goTo(key) {
    const token = tokenOf(key);
    if (!token || !table.scene) return;
    camera.show(middle({ ...token, ...placeOf(key) }, table.scene.grid));
    desk.select(key);
  }

  function draw() {
    // Without a picture to be seen there are no frames; the title is kept up to date all the same.
    due ||= document.hidden ? setTimeout(render, SECOND / 4) : requestAnimationFrame(render);
  }

  function render() {
    due = 0;
    if (!feed) return;
    const { status, reason, entities } = feed.read();
    set(find("[data-status]"), { "data-status": status });
    say(find("#status"), statusWords(status, reason, every));
    if (entities !== drawn) renderView(entities);
    if (!table.scene) return;
    own.draw(table, placeOf);
    const items = feed.presence?.getSnapshot() ?? [];
    const focused = document.activeElement;
    const hands = { selected, held: own.held, carried: carriedIn(items), placeOf: moves.placeOf };
    drawThings.draw(table, hands);
    if (focused instanceof SVGElement && !focused.isConnected) stage.focus({ preventScroll: true });
    drawOthers(items, table.key, table.scene.grid);
    drawBar(table.tokens.find(([key]) => key === selected));
    for (const [key, token] of table.tokens) meter.drawn(key, token);
  }

  /** @param {import("./types.d.ts").Entities} entities what has changed, other than what is in hand */
  function renderView(entities) {
    const before = table;
    drawn = entities;
    table = tableOf(entities);
    if (!table.scene) return;
    find("#wait").hidden = true;
    camera.open(table);
    drawGround(table);
    drawTurns(table.fight);
    tell(before);
  }

  /** @param {Table} before */
  function tell(before) {
    const { fight, scene, name } = table;
    say(find("#scene"), scene?.name ?? "");
    say(find("#evening"), name);
    const up = fight?.up?.name;
    document.title = up ? `${up}’s turn · ${scene?.name}` : (scene?.name ?? "The table");
    set(stage, { "aria-label": `Map of ${scene?.name}` });
    if (before.fight && fight && (before.fight.upKey !== fight.upKey || before.fight.round !== fight.round)) {
      voice.tell(`Round ${fight.round}, ${up ? `${up}’s turn` : "somebody you don’t see is acting"}`);
    }
  }
}

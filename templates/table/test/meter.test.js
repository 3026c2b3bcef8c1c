import assert from "node:assert/strict";
import { test } from "node:test";
import { createClock } from "../page/clock.js";
import { createMeter, now } from "../page/meter.js";

const screen = { hidden: false };
Object.assign(globalThis, { document: screen });

test("the server's clock is told by the shortest exchange", () => {
  const clock = createClock();
  assert.equal(clock.here(1000), 1000);
  clock.sample(0, 400, 600_300);
  clock.sample(1000, 1010, 601_005);
  clock.sample(2000, 2300, 602_290);
  assert.equal(clock.here(700_000), 100_000);
  assert.equal(clock.within, 5);
  for (let place = 0; place < 8; place += 1) clock.sample(3000, 3100, 603_050);
  assert.equal(clock.within, 50);
});

test("a move takes from its commit to the frame that shows it, whichever is heard of first", () => {
  const meter = createMeter(() => {});
  meter.begin("realtime");
  meter.drawn("hero", { x: 0, y: 0 });
  meter.committed({ key: "hero", x: 100, y: 0, at: now() - 40 });
  meter.drawn("hero", { x: 100, y: 0 });
  const { latency, samples } = meter.read("realtime");
  assert.equal(samples, 1);
  assert.ok(latency !== undefined && latency >= 40);
  meter.drawn("hero", { x: 200, y: 0 });
  meter.committed({ key: "hero", x: 200, y: 0, at: now() - 9000 });
  assert.equal(meter.read("realtime").samples, 2);
  meter.drawn("hero", { x: 200, y: 0 });
  assert.equal(meter.read("realtime").samples, 2);
});

test("nothing takes less than no time", () => {
  const meter = createMeter(() => {});
  meter.begin("polling");
  meter.drawn("hero", { x: 0, y: 0 });
  meter.drawn("hero", { x: 1, y: 0 });
  meter.committed({ key: "hero", x: 1, y: 0, at: now() + 500 });
  assert.equal(meter.read("polling").latency, 0);
});

test("what was on no screen isn't measured", () => {
  const meter = createMeter(() => {});
  meter.begin("realtime");
  meter.drawn("hero", { x: 0, y: 0 });
  screen.hidden = true;
  meter.committed({ key: "hero", x: 1, y: 0, at: now() });
  meter.drawn("hero", { x: 1, y: 0 });
  screen.hidden = false;
  meter.drawn("hero", { x: 1, y: 0 });
  assert.equal(meter.read("realtime").samples, 0);
});

test("each mode has counters of its own, and time of its own", () => {
  const meter = createMeter(() => {});
  meter.begin("polling");
  meter.count(1, 500);
  meter.begin("realtime");
  meter.count(2, 70);
  meter.begin("polling");
  meter.count(1, 500);
  assert.deepEqual([meter.read("polling").requests, meter.read("polling").bytes], [2, 1000]);
  assert.deepEqual([meter.read("realtime").requests, meter.read("realtime").bytes], [2, 70]);
});

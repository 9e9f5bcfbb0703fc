// The arithmetic of the behaviors, without a browser: node --test tests/toolkit/scripts/
import assert from "node:assert/strict";
import test from "node:test";

import { face, zoneOf } from "../../../src/static/js/clock.js";
import { words } from "../../../src/static/js/countdown.js";
import { sum } from "../../../src/static/js/counters.js";
import { pause } from "../../../src/static/js/live.js";
import { left } from "../../../src/static/js/rotate.js";
import { stepped } from "../../../src/static/js/stepper.js";

const MINUTE = 60000;
const said = { in: "in {}", hours: "{h} h {m} min", minutes: "{m} min", now: "now" };

test("a number steps within its bounds", () => {
  assert.equal(stepped(8, 1, 0, 99), 9);
  assert.equal(stepped(0, -1, 0, 99), 0);
  assert.equal(stepped(99, 1, 0, 99), 99);
  assert.equal(stepped(Number.NaN, 1, 3, 99), 4);
});

test("a countdown says hours, minutes and now", () => {
  assert.equal(words(18 * MINUTE + 59000, said), "in 18 min");
  assert.equal(words(125 * MINUTE, said), "in 2 h 5 min");
  assert.equal(words(59000, said), "now");
  assert.equal(words(-5 * MINUTE, said), "now");
});

test("the clock is the server's, whatever zone the device is in", () => {
  const instant = Date.parse("2022-04-16T05:42:18+08:00");
  assert.equal(zoneOf("2022-04-16T05:42:18+08:00"), 480);
  assert.equal(zoneOf("2022-04-16T05:42:18-03:30"), -210);
  assert.equal(zoneOf("2022-04-16T05:42:18Z"), 0);
  assert.equal(face(instant, 480, false), "05:42");
  assert.equal(face(instant, 480, true), "05:42:18");
});

test("what is not a number counts as nothing", () => {
  assert.equal(sum(["8", "", "x", "6"]), 14);
});

test("a failing server is asked ever less often, but at least once a minute", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 9].map((failures) => pause(failures, 5)), [5, 10, 20, 40, 60, 60]);
});

test("the bar of a code runs from full to empty", () => {
  assert.equal(left(30000, 0), 100);
  assert.equal(left(30000, 15000), 50);
  assert.equal(left(30000, 31000), 0);
});

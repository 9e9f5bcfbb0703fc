// The arithmetic of the behaviors, without a browser: node --test tests/toolkit/scripts/
import assert from "node:assert/strict";
import test from "node:test";

import { face, zoneOf } from "../../../src/static/js/clock.js";
import { words } from "../../../src/static/js/countdown.js";
import { sum } from "../../../src/static/js/counters.js";
import { fill, next, typed } from "../../../src/static/js/kept.js";
import { pause } from "../../../src/static/js/live.js";
import { left } from "../../../src/static/js/rotate.js";
import { stepped } from "../../../src/static/js/stepper.js";

const MINUTE = 60000;
const said = { in: "in {}", hours: "{h} h {m} min", minutes: "{m} min", now: "now" };

const field = (type, name, value, checked = false) => ({ type, name, value, checked });

test("what was typed comes back, but no password and nothing hidden", () => {
  const elements = [
    field("text", "name", "刘芳"), field("hidden", "csrf", "1"), field("password", "word", "2"), field("checkbox", "kind", "a", true),
    field("checkbox", "kind", "b"), field("textarea", "lines", "一\n二"), field("submit", "go", "3"), field("text", "", "4"),
  ];
  const anew = [
    field("text", "name", ""), field("hidden", "csrf", "9"), field("checkbox", "kind", "a"), field("checkbox", "kind", "b", true),
    field("textarea", "lines", "一\n二"), field("password", "word", ""),
  ];

  const record = JSON.parse(JSON.stringify(typed(elements)));
  const changed = fill(anew, record);

  assert.deepEqual(record, [["name", "刘芳"], ["kind", "a", true], ["kind", "b", false], ["lines", "一\n二"]]);
  assert.deepEqual(changed, [anew[0], anew[2], anew[3]]);
  assert.deepEqual([anew[0].value, anew[1].value, anew[2].checked, anew[3].checked, anew[5].value], ["刘芳", "9", true, false, ""]);
});

test("a record waits at the door, is put back behind it, and is forgotten elsewhere or when it is old", () => {
  const record = { path: "/desk/", at: 0, fields: [] };
  const waiting = { ...record, atDoor: true };

  assert.deepEqual(next(record, true, MINUTE), waiting);
  assert.deepEqual(next(waiting, false, 29 * MINUTE), waiting);
  assert.equal(next(record, false, MINUTE), null);
  assert.equal(next(waiting, false, 31 * MINUTE), null);
  assert.equal(next(null, true, 0), null);
});

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

// What a meter shows, without a browser. Each test is a function; the name of one is the
// argument of this script.

import assert from "node:assert/strict";
import { Levels, LOWEST, deflection, words } from "./meter_level.js";

const tests = {
  the_scale_is_that_of_the_standard() {
    const marks = { 0: 1, "-60": 0.85, "-120": 0.7, "-200": 0.5, "-300": 0.3, "-400": 0.15, "-700": 0, "-1000": 0, 60: 1 };
    for (const [tenths, part] of Object.entries(marks)) assert.ok(Math.abs(deflection(Number(tenths)) - part) < 1e-9, tenths);
    let last = -1;
    for (let tenths = -1000; tenths <= 0; tenths += 1) {
      assert.ok(deflection(tenths) >= last);
      last = deflection(tenths);
    }
  },

  levels_in_words() {
    assert.deepEqual([-152, 0, -5, -1000, 12].map(words), ["−15.2", "0.0", "−0.5", "–", "1.2"]);
  },

  the_average_follows_within_300_ms() {
    const levels = new Levels();
    levels.take([-200, -100, -300, -250], 0);
    for (let at = 0; at < 300; at += 30) levels.go(30, at);
    assert.deepEqual(levels.channels.map(({ average }) => Math.abs(average - (average > -250 ? -200 : -300)) < 10), [true, true]);
    for (let at = 300; at < 2000; at += 30) levels.go(30, at);
    assert.equal(levels.channels[0].average, -200);
  },

  a_peak_rises_at_once_is_held_and_falls() {
    const levels = new Levels();
    levels.take([-300, -60], 0);
    assert.equal(levels.channels[0].peak, -60);
    for (let at = 100; at <= 1500; at += 100) {
      levels.take([-300, -290], at);
      levels.go(100, at);
    }
    const [channel] = levels.channels;
    assert.ok(Math.abs(channel.peak + 260) <= 1, channel.peak);
    assert.equal(channel.held, -60);
    for (let at = 1600; at <= 3000; at += 100) {
      levels.take([-300, -290], at);
      levels.go(100, at);
    }
    assert.ok(channel.held <= -290);
  },

  it_comes_to_rest() {
    const levels = new Levels();
    levels.take([LOWEST, LOWEST], 0);
    let turns = 0;
    while (levels.go(33, turns * 33)) turns += 1;
    assert.ok(turns < 10);
    levels.take([0, 0], 0);
    turns = 0;
    while (levels.go(33, turns * 33)) turns += 1;
    assert.ok(turns < 100);
  },

  what_is_not_told_is_not_known() {
    const levels = new Levels();
    assert.equal(levels.isKnown(0), false);
    levels.take([-200, -100], 1000);
    assert.deepEqual([1000, 2400, 2600].map((now) => levels.isKnown(now)), [true, true, false]);
  },

  what_is_said_of_it() {
    const levels = new Levels();
    levels.take([-152, -91, LOWEST, LOWEST], 0);
    for (let at = 0; at < 2000; at += 30) levels.go(30, at);
    assert.equal(levels.spoken, "left −15.2 dB, peak −9.1 dB; right silent");
    levels.take([-100, -50], 2100);
    assert.equal(levels.spoken, "−10.0 dB, peak −5.0 dB");
  },
};

tests[process.argv[2]]();

// The player without a browser: what a page is given is made here.
//
// Each test is a function; the name of one is the argument of this script.

import assert from "node:assert/strict";

const players = [];
const clock = { now: 0, timers: new Map(), number: 0 };

globalThis.addEventListener = () => {};
globalThis.Audio = class {
  handlers = {};
  currentTime = 0;
  refused = null;
  constructor() {
    players.push(this);
  }
  addEventListener(name, work) {
    this.handlers[name] = work;
  }
  canPlayType(type) {
    return ["audio/mpeg", "audio/aac", "audio/ogg"].includes(type) ? "maybe" : "";
  }
  async play() {
    if (this.refused) throw Object.assign(new Error("no"), { name: this.refused });
  }
  pause() {}
  load() {}
  removeAttribute() {
    this.src = "";
  }
};
globalThis.setTimeout = (work, ms) => {
  clock.number += 1;
  clock.timers.set(clock.number, { work, at: clock.now + ms });
  return clock.number;
};
globalThis.clearTimeout = (number) => clock.timers.delete(number);
globalThis.setInterval = () => 0;
globalThis.clearInterval = () => {};

function advance(ms) {
  clock.now += ms;
  for (const [number, { work, at }] of [...clock.timers]) {
    if (at > clock.now) continue;
    clock.timers.delete(number);
    work();
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve));
const { apart, counted } = await import("./fields.js");
const { canPlay, Player, waitAfter } = await import("./player.js");
const { Programme } = await import("./programme.js");
const { wordOf } = await import("./tally.js");

function made(options) {
  const states = [];
  const player = new Player(({ state }) => states.push(state), options);
  return { player, audio: players.at(-1), states };
}

const tests = {
  waits_grow_and_are_spread() {
    assert.deepEqual([1, 2, 3, 6, 9].map((tries) => waitAfter(tries, 0)), [1000, 2000, 4000, 30000, 30000]);
    assert.equal(waitAfter(3, 1), 2000);
  },
  it_says_that_it_connects_and_plays() {
    const { player, audio, states } = made();
    player.play("/live");
    audio.handlers.playing();
    assert.deepEqual(states, ["connecting", "playing"]);
    assert.equal(audio.src, "/live");
    player.toggle("/live");
    assert.equal(player.state, "idle");
    assert.equal(audio.src, "");
  },
  another_stream_takes_its_place() {
    const { player, audio } = made();
    player.play("/live");
    player.toggle("/jazz");
    assert.equal(audio.src, "/jazz");
    assert.equal(player.wanted, true);
  },
  what_drops_is_tried_again() {
    const { player, audio, states } = made();
    player.play("/live");
    audio.handlers.playing();
    audio.handlers.error();
    assert.equal(player.state, "waiting");
    advance(1000);
    assert.equal(player.state, "connecting");
    audio.handlers.playing();
    assert.deepEqual(states.slice(2), ["waiting", "connecting", "playing"]);
  },
  who_was_heard_is_never_given_up() {
    const { player, audio } = made();
    player.play("/live");
    audio.handlers.playing();
    for (let turn = 0; turn < 50; turn += 1) {
      audio.handlers.error();
      advance(30000);
    }
    assert.equal(player.state, "connecting");
  },
  what_never_sounds_is_given_up() {
    const { player, audio } = made();
    player.play("/nothing");
    for (let turn = 0; turn < 6; turn += 1) {
      audio.handlers.error();
      advance(30000);
    }
    assert.equal(player.state, "failed");
    assert.equal(player.wanted, false);
  },
  a_stop_ends_the_waiting() {
    const { player, audio } = made();
    player.play("/live");
    audio.handlers.error();
    player.stop();
    advance(60000);
    assert.equal(player.state, "idle");
  },
  it_hurries_when_there_is_reason_to() {
    const { player, audio } = made();
    player.play("/live");
    audio.handlers.error();
    player.hurry();
    assert.equal(player.state, "connecting");
    player.stop();
    player.hurry();
    assert.equal(player.state, "idle");
  },
  async a_press_may_be_needed() {
    const { player, audio } = made();
    audio.refused = "NotAllowedError";
    player.play("/live");
    await settle();
    assert.equal(player.state, "blocked");
    audio.refused = null;
    player.toggle("/live");
    assert.equal(player.state, "connecting");
  },
  off_air_it_waits_and_asks_for_nothing() {
    const programme = new Programme("/live", false, () => {});
    const audio = players.at(-1);
    programme.start();
    advance(600000);
    assert.equal(programme.state, "off");
    assert.equal(programme.wanted, true);
    assert.equal(audio.src ?? "", "");
    programme.hear(true);
    assert.equal(programme.state, "connecting");
    assert.equal(audio.src, "/live");
  },
  a_programme_that_ends_is_waited_for() {
    const programme = new Programme("/live", true, () => {});
    const audio = players.at(-1);
    programme.start();
    audio.handlers.playing();
    programme.hear(false);
    assert.equal(programme.state, "playing");
    audio.handlers.ended();
    assert.equal(programme.state, "off");
    programme.hear(true);
    assert.equal(programme.state, "connecting");
  },
  who_does_not_want_it_hears_nothing() {
    const programme = new Programme("/live", false, () => {});
    programme.start();
    programme.toggle();
    programme.hear(true);
    assert.equal(programme.state, "idle");
  },
  formats_are_asked_for_by_their_usual_names() {
    assert.deepEqual(
      ["audio/mpeg", "audio/aacp", "application/ogg; codecs=vorbis", "", "audio/x-made-up"].map(canPlay),
      [true, true, true, true, false],
    );
  },
  titles_are_parted() {
    const given = JSON.parse(process.argv[3]);
    process.stdout.write(JSON.stringify(given.map(([artist, title]) => apart({ artist, title }))));
  },
  words_are_those_of_the_server() {
    const kinds = JSON.parse(process.argv[3]);
    process.stdout.write(JSON.stringify(kinds.map(wordOf)));
  },
  counts_are_written_as_on_the_page() {
    assert.equal(counted(1234), "1,234 listening");
    assert.equal(counted(0, false), "0");
  },
};

await tests[process.argv[2]]();

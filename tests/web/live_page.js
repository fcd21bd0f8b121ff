// SPDX-License-Identifier: EUPL-1.2
// Runs live.js (its path is the argument) on a page that is only pretended, and prints what came of each happening.
"use strict";

const source = require("node:fs").readFileSync(process.argv[2], "utf-8");
const seen = { reloads: 0, notes: [], streams: 0, swaps: 0 };
const timers = [];
let status = 200;
let stream = null;

class EventSource {
  static CLOSED = 2;
  constructor() { seen.streams += 1; this.heard = {}; this.readyState = 0; stream = this; }
  addEventListener(name, call) { this.heard[name] = call; }
}
const place = { dataset: { live: "cases" }, innerHTML: "old", querySelectorAll: () => [] };
const note = { dataset: { lost: "lost", old: "not live" }, set textContent(text) { seen.notes.push(text); } };
const htmx = { swap: async () => { seen.swaps += 1; } };
const fresh = { innerHTML: "new", querySelectorAll: () => [] };
const scope = {
  EventSource,
  window: { EventSource, htmx },
  location: { href: "/", reload: () => { seen.reloads += 1; } },
  document: { querySelector: (what) => (what === "[data-live]" ? place : note) },
  fetch: async () => ({ status, ok: status < 300, type: "basic", text: async () => "" }),
  DOMParser: class { parseFromString() { return { querySelector: () => fresh }; } },
  setTimeout: (call) => timers.push(call),
};

async function pass() {
  for (const call of timers.splice(0)) call();
  await new Promise((done) => setImmediate(done));
}

(async () => {
  new Function(...Object.keys(scope), source)(...Object.values(scope));
  status = 503;
  stream.heard.change({ data: "{}" });
  await pass();
  const failed = { reloads: seen.reloads, swaps: seen.swaps, told: seen.notes.at(-1), tries: timers.length };
  status = 200;
  await pass();
  const healed = { reloads: seen.reloads, swaps: seen.swaps, told: seen.notes.at(-1) };
  stream.readyState = EventSource.CLOSED;
  stream.heard.error();
  const closed = { told: seen.notes.at(-1) };
  await pass();
  closed.streams = seen.streams;
  stream.heard.open();
  closed.after = seen.notes.at(-1);
  status = 403;
  stream.heard.change({ data: "{}" });
  await pass();
  console.log(JSON.stringify({ failed, healed, closed, forbidden: { reloads: seen.reloads } }));
})();

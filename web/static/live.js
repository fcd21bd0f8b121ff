// SPDX-License-Identifier: EUPL-1.2
// Keeps the part of the page marked data-live as it stands on the server: on each change it is read anew, and what
// differs is changed in place, so that focus and what is opened stay.
"use strict";

(() => {
  const PAUSE = 100;
  const RETRY = 5000;
  const GONE = [401, 403, 404];
  const place = document.querySelector("[data-live]");
  const note = document.querySelector("[data-live-note]");
  if (!place || !window.EventSource) return;

  let timer = null;
  let lost = false;

  // A page that cannot be read just now stays as it is: to load it anew would put an error in its place.
  async function refresh() {
    timer = null;
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "manual" });
    if (answer.type === "opaqueredirect" || GONE.includes(answer.status)) {
      location.reload(); // signed out, or nothing is there any more: the server shows what is to be done
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    await swap(new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live]"));
    if (!lost) say("");
  }

  async function swap(fresh) {
    if (!fresh || fresh.innerHTML === place.innerHTML) return;
    place.querySelectorAll("details").forEach((each, number) => {
      const same = fresh.querySelectorAll("details")[number];
      if (same) same.open = each.open;
    });
    await window.htmx.swap({ sourceElement: place, target: place, swap: "innerMorph", text: fresh.innerHTML });
  }

  function soon(pause = PAUSE) {
    timer ??= setTimeout(() => refresh().catch(later), pause);
  }

  function later() {
    say(note?.dataset.old);
    soon(RETRY);
  }

  function say(text) {
    if (note) note.textContent = text;
  }

  function follow() {
    const events = new EventSource("/api/v1/events");
    for (const kind of ["change", "forecast"]) {
      events.addEventListener(kind, (event) => {
        const shown = place.dataset.live;
        if (shown === "cases" || shown === JSON.parse(event.data).case) soon();
      });
    }
    events.addEventListener("open", () => {
      if (lost) soon();
      lost = false;
      say("");
    });
    events.addEventListener("error", () => {
      lost = true;
      say(note?.dataset.lost);
      if (events.readyState !== EventSource.CLOSED) return; // the browser connects again by itself
      setTimeout(follow, RETRY);
      soon(RETRY);
    });
  }

  follow();
})();

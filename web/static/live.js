// SPDX-License-Identifier: EUPL-1.2
// Keeps the part of the page marked data-live as it stands on the server: on each change it is read anew and swapped.
"use strict";

(() => {
  const PAUSE = 250;
  const place = document.querySelector("[data-live]");
  const note = document.querySelector("[data-live-note]");
  if (!place || !window.EventSource) return;

  let timer = null;
  let lost = false;

  async function refresh() {
    timer = null;
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "manual" });
    if (!answer.ok) {
      location.reload();
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live]");
    const current = document.querySelector("[data-live]");
    if (!fresh || !current || fresh.innerHTML === current.innerHTML) return;
    const opened = [...current.querySelectorAll("details")].map((each) => each.open);
    const focused = current.contains(document.activeElement) && document.activeElement.getAttribute("href");
    current.replaceWith(fresh);
    fresh.querySelectorAll("details").forEach((each, number) => { each.open = Boolean(opened[number]); });
    if (focused) fresh.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
  }

  function soon() {
    timer ??= setTimeout(() => refresh().catch(() => say("Kunne ikke hente nyt. / Could not refresh.")), PAUSE);
  }

  function say(text) {
    if (note) note.textContent = text;
  }

  const events = new EventSource("/api/v1/events");
  events.addEventListener("change", (event) => {
    const shown = place.dataset.live;
    if (shown === "cases" || shown === JSON.parse(event.data).case) soon();
  });
  events.addEventListener("open", () => {
    if (lost) soon();
    lost = false;
    say("");
  });
  events.addEventListener("error", () => {
    lost = true;
    say("Forbindelsen er afbrudt; siden kan være forældet. / Connection lost; the page may be out of date.");
  });
})();

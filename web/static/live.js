// SPDX-License-Identifier: EUPL-1.2
// Keeps the part of the page marked data-live as it stands on the server: on each change it is read anew and swapped.
"use strict";

(() => {
  const PAUSE = 250;
  const RETRY = 5000;
  const GONE = [401, 403, 404];
  const LOST = "Forbindelsen er afbrudt; siden kan være forældet. / Connection lost; the page may be out of date.";
  const OLD = "Siden er ikke opdateret; der prøves igen. / The page is not live just now; it is tried again.";
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
    swap(new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live]"));
    if (!lost) say("");
  }

  function swap(fresh) {
    const current = document.querySelector("[data-live]");
    if (!fresh || !current || fresh.innerHTML === current.innerHTML) return;
    const opened = [...current.querySelectorAll("details")].map((each) => each.open);
    const focused = current.contains(document.activeElement) && document.activeElement.getAttribute("href");
    current.replaceWith(fresh);
    fresh.querySelectorAll("details").forEach((each, number) => { each.open = Boolean(opened[number]); });
    if (focused) fresh.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
  }

  function soon(pause = PAUSE) {
    timer ??= setTimeout(() => refresh().catch(later), pause);
  }

  function later() {
    say(OLD);
    soon(RETRY);
  }

  function say(text) {
    if (note) note.textContent = text;
  }

  function follow() {
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
      say(LOST);
      if (events.readyState !== EventSource.CLOSED) return; // the browser connects again by itself
      setTimeout(follow, RETRY);
      soon(RETRY);
    });
  }

  follow();
})();

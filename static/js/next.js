// What is next says in how many minutes, and asks the server at the moment at which something else is.
(() => {
  "use strict";
  const MINUTE = 60 * 1000;
  // Further away than this the clock time says more.
  const FARTHEST = 60;
  // A hall of phones asks within so many milliseconds after a slot has ended, not all in one.
  const SPREAD = 6000;

  // The clock of a device may be wrong; the server says its own with each answer.
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const learn = (date) => {
    const told = Date.parse(date ?? "");
    // An answer takes a while and says no milliseconds: a few seconds are none.
    if (told) ahead = Math.abs(told - Date.now()) > 5000 ? told - Date.now() : 0;
  };

  const inMinutes = ({ dataset }) => {
    const number = Math.ceil((Date.parse(dataset.begins) - now()) / MINUTE);
    if (number > FARTHEST) return "";
    if (number < 1) return dataset.none;
    return number === 1 ? dataset.one : dataset.many.replace("5", number);
  };
  const asked = new WeakMap();
  const look = () => {
    document.querySelectorAll("[data-begins]").forEach((place) => {
      const words = inMinutes(place);
      if (place.textContent !== words) place.textContent = words;
    });
    if (document.hidden) return;
    document.querySelectorAll("[data-changes]").forEach((place) => {
      // On My day the piece asks in which it stands.
      const piece = place.closest("[data-every]");
      const moment = place.dataset.changes;
      if (!piece || Date.parse(moment) > now() || asked.get(piece) === moment) return;
      asked.set(piece, moment);
      setTimeout(() => piece.isConnected && htmx.trigger(piece, "again"), SPREAD * Math.random());
    });
  };
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", look);
  document.addEventListener("htmx:afterRequest", ({ detail }) => learn(detail.xhr.getResponseHeader("Date")));
  document.addEventListener("htmx:afterSettle", look);
  setInterval(look, 5000);
  look();
})();

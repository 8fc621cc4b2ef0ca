// Several at one board: only the rows that changed come, what others hold is marked on its card, and what they moved is
// lit for a moment. Nobody is kept from anything.
(() => {
  "use strict";
  // Milliseconds for which what somebody moved is lit.
  const LIT = 6_000;
  const grid = () => document.getElementById("draft-grid");
  const here = () => document.getElementById("draft-here");

  // -- changed rows: the page says by their marks which it has, and puts those where the answer names them -----------
  const HEADER = "Campgrid-Have";
  const NAMED = /<tr data-has="(\w+)"><\/tr>/;
  const rows = () => [...document.querySelectorAll("#main tr[data-is]")];
  let isIncomplete = false;
  const have = () => (isIncomplete ? "" : [...new Set(rows().map((row) => row.dataset.is))].join("."));
  // The same slot has a row in the table and one in each part of the map: they come in one order. Empty, if one is gone.
  const whole = (text) => {
    const known = new Map();
    rows().forEach((row) => known.set(row.dataset.is, [...(known.get(row.dataset.is) ?? []), row.outerHTML]));
    const parts = text.split(NAMED).map((part, number) => (number % 2 ? known.get(part)?.shift() : part));
    // The page is another one since it asked: the next answer is whole.
    isIncomplete = parts.includes(undefined);
    return isIncomplete ? "" : parts.join("");
  };
  window.campgrid.changedRows = { HEADER, have, whole };
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.elt.id === "draft-grid") detail.headers[HEADER] = have();
  });
  window.addEventListener(
    "htmx:beforeSwap",
    ({ detail }) => {
      if (detail.target.id !== "draft-grid") return;
      detail.serverResponse = whole(detail.serverResponse);
      if (isIncomplete) detail.shouldSwap = false;
    },
    true,
  );

  // -- held by others --------------------------------------------------------------------------------------------
  const mark = () => {
    const held = new Map([...document.querySelectorAll("#draft-here [data-card]")].map((line) => [line.dataset.card, line.dataset.words]));
    document.querySelectorAll("[data-held]").forEach((card) => held.has(card.id) || card.removeAttribute("data-held"));
    held.forEach((words, id) => {
      const card = document.getElementById(id);
      if (card && card.dataset.held !== words) card.dataset.held = words;
    });
  };

  // -- lit: what others moved since this page came ---------------------------------------------------------------
  const seen = new Set();
  const lit = new Map();
  const lights = () => (here()?.querySelector("[data-lights]")?.dataset.lights ?? "").split(" ").filter(Boolean);
  const light = () => {
    const now = Date.now();
    const fresh = lights().filter((one) => !seen.has(one));
    fresh.forEach((one) => {
      seen.add(one);
      lit.set(one.split(":")[1], now + LIT);
    });
    // Whoever holds something sees other prices now (lift.js).
    if (fresh.length) document.dispatchEvent(new Event("campgrid:others-moved"));
    lit.forEach((until, id) => {
      const card = document.getElementById(id);
      if (until <= now) lit.delete(id);
      if (until <= now) card?.removeAttribute("data-lit");
      else card?.setAttribute("data-lit", "");
    });
    if (lit.size) setTimeout(light, LIT);
  };
  const paint = () => {
    mark();
    light();
  };
  document.addEventListener("htmx:afterSettle", ({ target }) => ["draft-grid", "draft-here"].includes(target.id) && paint());
  document.addEventListener("campgrid:put-in", paint);
  // What was done before this page came is on it already.
  lights().forEach((one) => seen.add(one));
  paint();
})();

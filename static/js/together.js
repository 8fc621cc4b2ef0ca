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
  // By mark: the same slot has a row in the table and one in each part of the map, always in one order.
  const byMark = () => {
    const found = new Map();
    rows().forEach((row) => found.set(row.dataset.is, [...(found.get(row.dataset.is) ?? []), row.outerHTML]));
    return found;
  };
  // The board as it was before something was lifted, without what was marked on it for a moment.
  let kept = new Map();
  const keep = () => {
    if (!grid()) return;
    const bare = (row) => row.replaceAll(' data-touched=""', "").replaceAll(' data-lit=""', "");
    kept = new Map([...byMark()].map(([mark, found]) => [mark, found.map(bare)]));
  };
  const put = (text, known) => {
    const left = new Map([...known].map(([mark, found]) => [mark, [...found]]));
    const parts = text.split(NAMED).map((part, number) => (number % 2 ? left.get(part)?.shift() : part));
    return parts.includes(undefined) ? "" : parts.join("");
  };
  // For one request: what to say, and the way to make the answer whole; empty, if a row is gone meanwhile.
  window.campgrid.changedRows = (withShown) => {
    const before = kept;
    const marks = new Set([...before.keys(), ...(withShown ? rows().map((row) => row.dataset.is) : [])]);
    return {
      headers: { [HEADER]: [...marks].join(".") },
      whole: (text) => put(text, withShown ? new Map([...before, ...byMark()]) : before),
    };
  };
  let isIncomplete = false;
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.elt.id !== "draft-grid") return;
    detail.headers[HEADER] = isIncomplete ? "" : [...new Set(rows().map((row) => row.dataset.is))].join(".");
  });
  window.addEventListener(
    "htmx:beforeSwap",
    ({ detail }) => {
      if (detail.target.id !== "draft-grid") return;
      const whole = put(detail.serverResponse, byMark());
      // The page is another one since it asked: the next answer is whole.
      isIncomplete = !whole;
      if (whole) detail.serverResponse = whole;
      else detail.shouldSwap = false;
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
    keep();
    mark();
    light();
  };
  document.addEventListener("htmx:afterSettle", ({ target }) => ["draft-grid", "draft-here"].includes(target.id) && paint());
  document.addEventListener("campgrid:put-in", paint);
  // What was done before this page came is on it already.
  lights().forEach((one) => seen.add(one));
  paint();
})();

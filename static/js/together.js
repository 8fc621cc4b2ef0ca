// Several at one board: only the rows that changed come, what others hold is marked on its card, and what they moved is
// lit for a moment. Nobody is kept from anything.
(() => {
  "use strict";
  // Milliseconds for which what somebody moved is lit.
  const LIT = 6_000;
  const grid = () => document.getElementById("draft-grid");
  const here = () => document.getElementById("draft-here");

  // -- changed rows: the page says by their marks which it has, and puts those where the answer names them -----------
  const rows = () => [...(grid()?.querySelectorAll("tr[data-is]") ?? [])];
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.elt.id === "draft-grid" && !isIncomplete) detail.parameters.have = [...new Set(rows().map((row) => row.dataset.is))].join(".");
  });
  let isIncomplete = false;
  const NAMED = /<tr data-has="(\w+)"><\/tr>/g;
  // The same slot has a row in the table and one in each part of the map: they come in one order.
  const putTogether = (text) => {
    const known = new Map();
    rows().forEach((row) => known.set(row.dataset.is, [...(known.get(row.dataset.is) ?? []), row.outerHTML]));
    const parts = text.split(NAMED);
    return parts.map((part, number) => (number % 2 ? known.get(part)?.shift() : part));
  };
  window.addEventListener(
    "htmx:beforeSwap",
    ({ detail }) => {
      if (detail.target.id !== "draft-grid") return;
      const whole = putTogether(detail.serverResponse);
      isIncomplete = whole.includes(undefined);
      if (isIncomplete) {
        // The page is another one since it asked: the next answer is whole.
        detail.shouldSwap = false;
        return;
      }
      detail.serverResponse = whole.join("");
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
    lights().filter((one) => !seen.has(one)).forEach((one) => {
      seen.add(one);
      lit.set(one.split(":")[1], now + LIT);
    });
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

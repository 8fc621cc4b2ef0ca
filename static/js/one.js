// One pitch after the other, by thumb or by keyboard: a tap shows, and the next one comes; no network is needed for it.
(() => {
  "use strict";
  const PAUSE = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150;
  const KEYS = { 1: "-1", 2: "1", 3: "2" };
  let place = 0;
  let timer = 0;
  const page = () => document.getElementById("one-by-one");
  const all = () => [...page().querySelectorAll(".one")];
  const here = () => all()[place];
  const control = () => here()?.querySelector("[data-tap]");
  const go = (to) => {
    clearTimeout(timer);
    place = Math.min(Math.max(0, to), all().length);
    all().forEach((one, nth) => (one.hidden = nth !== place));
    page().querySelector(".state").hidden = Boolean(here());
    page().querySelector('[data-part="later"]').hidden = !here();
    const text = here()?.querySelector(".text") ?? page().querySelector(".state");
    text.scrollTop = 0;
    text.focus({ preventScroll: true });
  };
  const later = () => {
    if (!here()) return;
    document.dispatchEvent(new CustomEvent("campgrid:see", { detail: control().dataset.tap }));
    go(place + 1);
  };
  // The first one leads to the page before.
  const back = (event) => {
    if (!place) return;
    event.preventDefault();
    go(place - 1);
  };
  document.addEventListener("campgrid:tap", ({ detail }) => {
    if (detail.control !== control() || !detail.level) return;
    clearTimeout(timer);
    timer = setTimeout(() => go(place + 1), PAUSE);
  });
  document.addEventListener("DOMContentLoaded", () => {
    if (!page()) return;
    const link = page().querySelector('[data-part="back"]');
    link?.addEventListener("click", back);
    page()
      .querySelector("form[data-sees]")
      ?.addEventListener("submit", (event) => {
        event.preventDefault();
        event.stopPropagation();
        later();
      });
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
      if (event.key in KEYS) control()?.querySelector(`[data-for="${KEYS[event.key]}"]`)?.click();
      else if (event.key === "ArrowRight") later();
      else if (event.key === "ArrowLeft" && link) place ? go(place - 1) : link.click();
    });
  });
})();

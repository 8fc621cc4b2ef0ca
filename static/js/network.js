// One hears when nothing gets through, and for as long: the device has no network, or Campgrid does not answer.
(() => {
  "use strict";
  const PAUSE = 5_000;
  let isUnanswered = false;
  // Pressed without a network, and nothing of it is kept: that is said until something is sent.
  let isUnsent = false;
  let timer = 0;
  // It stands above the page: what is under somebody's thumb stays there all the same.
  const keepStill = (deed) => {
    const page = document.getElementById("main");
    const before = page.getBoundingClientRect().top;
    const goBack = () => {
      const moved = page.getBoundingClientRect().top - before;
      if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
    };
    deed();
    goBack();
    // The browser's own anchoring may have done it, too.
    requestAnimationFrame(goBack);
  };
  const isThrough = () => navigator.onLine && !isUnanswered;
  const tell = () => {
    const bar = document.getElementById("offline");
    if (!bar) return;
    const isHidden = isThrough() && !isUnsent;
    if (bar.hidden === isHidden || document.readyState !== "complete") show(bar, isHidden);
    else keepStill(() => show(bar, isHidden));
  };
  const show = (bar, isHidden) => {
    bar.querySelector("[data-part=typed]").hidden = isThrough() || !document.querySelector("form[data-draft]");
    bar.querySelector("[data-part=unsent]").hidden = !isUnsent;
    bar.querySelector("[data-part=offline]").hidden = navigator.onLine;
    bar.querySelector("[data-part=unanswered]").hidden = !navigator.onLine || !isUnanswered;
    bar.hidden = isHidden;
    // At a form that is the way in it stands beside what was typed, too.
    document.querySelectorAll("[data-unreached]").forEach((sentence) => {
      sentence.hidden = isThrough();
      sentence.querySelector("[data-part=offline]").hidden = navigator.onLine;
      sentence.querySelector("[data-part=unanswered]").hidden = !navigator.onLine;
    });
  };
  const hear = (isAnswered) => {
    const isBack = isUnanswered && isAnswered;
    isUnanswered = !isAnswered;
    clearTimeout(timer);
    if (isUnanswered) timer = setTimeout(ask, PAUSE);
    tell();
    if (isBack) document.dispatchEvent(new Event("campgrid:answered"));
  };
  const ask = async () => hear(await window.campgrid.isThere(PAUSE));
  // However large the letters are: what sticks to an edge of the screen sticks beside it.
  const measure = () => {
    const heightOf = (found) => document.querySelector(found)?.offsetHeight ?? 0;
    const [kept, bars, taps] = ["#kept", ".told-bars", "#taps"].map(heightOf);
    const heights = { "--kept-height": kept, "--told-above": kept + bars, "--taps-height": taps };
    Object.entries(heights).forEach(([name, height]) => document.documentElement.style.setProperty(name, `${height}px`));
  };
  document.addEventListener("DOMContentLoaded", () => {
    if (!window.ResizeObserver) return;
    const eyes = new ResizeObserver(measure);
    document.querySelectorAll("#kept, .told-bars, #taps").forEach((told) => eyes.observe(told));
  });
  document.addEventListener("DOMContentLoaded", tell);
  window.addEventListener("pageshow", tell);
  window.addEventListener("online", () => (isUnanswered ? ask() : tell()));
  window.addEventListener("offline", tell);
  document.addEventListener("htmx:sendError", () => hear(false));
  document.addEventListener("campgrid:unsent", () => {
    isUnsent = true;
    tell();
  });
  document.addEventListener("submit", (event) => {
    if (!isUnsent || event.defaultPrevented) return;
    isUnsent = false;
    tell();
  });
  // A form that was not sent for that.
  document.addEventListener("campgrid:unanswered", () => hear(false));
  // What is no page of ours is no answer: see live.js.
  document.addEventListener("htmx:afterOnLoad", ({ detail }) => hear(!detail.xhr.isOfOthers));
})();

// One hears when nothing gets through, and for as long: the device has no network, or Campgrid does not answer.
(() => {
  "use strict";
  const PAUSE = 5_000;
  let isUnanswered = false;
  let timer = 0;
  const tell = () => {
    const bar = document.getElementById("offline");
    if (!bar) return;
    bar.querySelector("[data-part=offline]").hidden = navigator.onLine;
    bar.querySelector("[data-part=unanswered]").hidden = !navigator.onLine;
    bar.hidden = navigator.onLine && !isUnanswered;
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
  document.addEventListener("DOMContentLoaded", tell);
  window.addEventListener("pageshow", tell);
  window.addEventListener("online", () => (isUnanswered ? ask() : tell()));
  window.addEventListener("offline", tell);
  document.addEventListener("htmx:sendError", () => hear(false));
  // What is no page of ours is no answer: see live.js.
  document.addEventListener("htmx:afterOnLoad", ({ detail }) => hear(!detail.xhr.isOfOthers));
})();

// The page that the second scan opens sends its form by itself: once, and only where somebody looks at it.
(() => {
  "use strict";
  const form = document.querySelector("form[data-by-itself]");
  // Come back to, or loaded anew, it waits for a finger.
  const [way] = performance.getEntriesByType("navigation");
  if (!form || way?.type !== "navigate") return;
  let isSent = false;
  form.addEventListener("submit", () => (isSent = true));
  const send = () => {
    // A phone may fetch and draw a page that nobody opens (prerendering).
    if (isSent || document.prerendering || document.visibilityState !== "visible") return;
    isSent = true;
    form.querySelector("button").click();
  };
  document.addEventListener("visibilitychange", send);
  document.addEventListener("prerenderingchange", send);
  send();
})();

// The name of this window, and which forms are looked at in which: what is typed lies under both.
(() => {
  "use strict";
  const PREFIX = "campgrid-shown:";
  const PATIENCE = 2_000;
  const { within } = window.campgrid;

  // "Duplicate tab" copies what a window keeps: while one looks at a page the name is not there to be copied. A phone
  // that ends a page of another tab brings it back with what the window kept.
  const newName = () => crypto.getRandomValues(new Uint32Array(2)).join("-");
  const takeName = () => {
    try {
      const found = sessionStorage.campgridTab;
      sessionStorage.removeItem("campgridTab");
      return found;
    } catch (error) {
      // Refused: each page is a window of its own.
      return "";
    }
  };
  const leaveName = () => {
    try {
      sessionStorage.campgridTab = name;
    } catch (error) {
      // As above.
    }
  };
  let name = takeName() || newName();

  let shown = () => [];
  let held = [];
  const letGo = () => {
    held.forEach((release) => release());
    held = [];
  };
  const holdOne = async (text) => {
    const signal = within(PATIENCE);
    try {
      await navigator.locks.request(PREFIX + text, { signal }, () => new Promise((release) => held.push(release)));
    } catch (error) {
      // Copied all the same, on a page of another site: whoever looks at the form under this name keeps it.
      if (!signal.aborted || !shown().includes(text)) return;
      letGo();
      name = newName();
      hold();
    }
  };
  const hold = () => navigator.locks && shown().forEach(holdOne);
  // Whether a text belongs to a form that some window shows. Where there are no Web Locks it cannot be told.
  const whatIsShown = async () => {
    const found = await navigator.locks?.query().catch(() => null);
    const texts = [...(found?.held ?? []), ...(found?.pending ?? [])].map((lock) => lock.name);
    return (text) => texts.includes(PREFIX + text);
  };

  window.addEventListener("pagehide", () => {
    leaveName();
    letGo();
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    name = takeName() || name;
    hold();
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? leaveName() : takeName()));

  window.campgrid.windows = {
    areTold: Boolean(navigator.locks),
    name: () => name,
    newName,
    show: (texts) => {
      shown = texts;
      hold();
    },
    whatIsShown,
  };
})();

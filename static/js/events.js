// What changed elsewhere is heard while it happens: a message says "grid 18", and the pieces of the page that show an
// older one ask (server-sent events). It brings nothing itself, so whatever is missed comes with the next asking.
(() => {
  "use strict";
  if (!window.EventSource) return;
  // With HTTP/1.1 a browser has six connections to a server for all its windows: these hold three of them at most.
  const MOST = 3;
  // Milliseconds: a token holds for five minutes; whoever lost the connection comes back in their own time.
  const HOLDS = 4 * 60_000;
  const PAUSE = 1_500;
  const LONGEST = 20_000;

  let source = null;
  let letGo = () => {};
  let isAsking = false;
  let timer = 0;
  let failures = 0;
  // The newest numbers that were heard, by camp and part.
  const newest = new Map();
  const channel = window.BroadcastChannel ? new BroadcastChannel("campgrid-events") : null;

  const pieces = () => [...document.querySelectorAll("[data-every]")].filter((piece) => piece.token);
  const isOld = (piece) => [...piece.stamps].some(([part, number]) => newest.get(part) > number);
  const askIfOld = (piece) => {
    if (isOld(piece)) piece.dispatchEvent(new Event("campgrid:changed", { bubbles: true }));
  };
  const hear = (numbers) => {
    numbers.forEach(([part, number]) => newest.set(part, number));
    pieces().forEach(askIfOld);
  };
  // Whether somebody would say it: then a piece asks by itself less often.
  const tellPieces = () => pieces().forEach((piece) => {
    const isTold = Boolean(source?.isOpen) && [...piece.stamps.keys()].every((part) => source.parts.has(part));
    if (piece.isTold === isTold) return;
    piece.isTold = isTold;
    piece.dispatchEvent(new Event("campgrid:told", { bubbles: true }));
  });

  const leave = () => {
    clearTimeout(timer);
    timer = 0;
    source?.close();
    source = null;
    letGo();
    letGo = () => {};
    tellPieces();
  };
  // Each in their own time, and later the longer it fails: a hall of phones does not come back in one moment.
  const comeBack = () => {
    leave();
    const pause = Math.min(LONGEST, PAUSE * 2 ** failures++);
    timer = setTimeout(listen, pause * (0.5 + Math.random()));
  };
  const open = () => {
    const shown = pieces();
    // All that is on this page belongs to one camp.
    const camp = shown[0].token.split(" ", 1)[0];
    source = new EventSource(`/events/?${shown.map((piece) => encodeURIComponent(piece.token)).join("&")}`);
    source.parts = new Set(shown.flatMap((piece) => [...piece.stamps.keys()]));
    source.onmessage = ({ data }) => {
      const numbers = data.split("\n").map((line) => line.split(" ")).map(([part, n]) => [`${camp} ${part}`, Number(n)]);
      failures = 0;
      if (!source.isOpen) {
        source.isOpen = true;
        tellPieces();
      }
      hear(numbers);
      channel?.postMessage(numbers);
    };
    source.onerror = comeBack;
  };
  // Other windows of this browser may hold all places: then one hears from them, and asks by oneself for the rest.
  const takePlace = (number) => {
    if (!navigator.locks) {
      isAsking = false;
      open();
    } else if (number === MOST) {
      isAsking = false;
      comeBack();
    } else {
      navigator.locks.request(`campgrid-events-${number}`, { ifAvailable: true }, (lock) => {
        if (!lock) return void takePlace(number + 1);
        isAsking = false;
        if (document.hidden || source || !pieces().length) return undefined;
        return new Promise((done) => {
          letGo = done;
          open();
        });
      }).catch(() => (isAsking = false));
    }
  };
  const listen = () => {
    clearTimeout(timer);
    timer = 0;
    if (document.hidden || source || isAsking) return;
    // A token that ended is no use: with the answer to the next asking comes another.
    const ended = pieces().filter((piece) => Date.now() - piece.tokenAt > HOLDS);
    ended.forEach((piece) => {
      piece.token = "";
      piece.dispatchEvent(new Event("campgrid:changed", { bubbles: true }));
    });
    if (!pieces().length) return;
    isAsking = true;
    takePlace(0);
  };

  // Every answer to a piece that asked says which stamps it shows, and brings the token to listen for them.
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const piece = detail.elt;
    const token = piece.matches("[data-every]") && detail.xhr.getResponseHeader("Campgrid-Live");
    if (!token) return;
    const [camp, , ...shown] = token.split(":", 1)[0].split(" ");
    piece.token = token;
    piece.tokenAt = Date.now();
    piece.stamps = new Map(shown.map((one) => one.split("=")).map(([part, n]) => [`${camp} ${part}`, Number(n)]));
    // It may have changed again while the answer was on its way.
    askIfOld(piece);
    if (source && [...piece.stamps.keys()].some((part) => !source.parts.has(part))) leave();
    if (!source && !timer) listen();
    else tellPieces();
  });
  channel?.addEventListener("message", ({ data }) => hear(data));
  // A page that nobody looks at hears nothing; it asks when somebody does.
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : listen()));
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", ({ persisted }) => persisted && listen());
  window.addEventListener("online", () => {
    failures = 0;
    leave();
    listen();
  });
})();

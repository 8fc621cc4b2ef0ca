// What this device keeps for when there is no network: the worker hears of each visit, a page that it kept is loaded anew
// as soon as Campgrid answers, and what waits to be sent has a script of its own, loaded where something waits.
(() => {
  "use strict";
  const MORE = document.currentScript.dataset.more;
  const DRAFT = "campgrid-draft:";
  const USED = "campgrid-keys-used";
  const MINUTE = 60_000;
  const { isThere, isTypedOn, loadAnew, meta, randomHex } = window.campgrid;
  const isKept = Boolean(meta("kept"));
  // In place of a page of which nothing is kept (templates/offline.html).
  const isInstead = Boolean(document.getElementById("kept-pages"));
  const worker = window.isSecureContext ? navigator.serviceWorker : undefined;

  // -- the worker ---------------------------------------------------------------------------------------------------------

  const tellWorker = async (said) => {
    try {
      (await worker.ready).active.postMessage(said);
    } catch (error) {
      // Without a worker nothing is kept, and all the rest works.
    }
  };
  let last = 0;
  const visit = () => {
    if (!document.querySelector('link[rel="manifest"]') || isKept) return;
    last = Date.now();
    tellWorker({ deed: "visit", address: location.pathname + location.search });
  };
  const whenIdle = (deed) => (window.requestIdleCallback ? requestIdleCallback(deed, { timeout: 4_000 }) : setTimeout(deed, 2_000));
  const start = () => whenIdle(() => worker.register("/sw.js").then(visit, () => {}));
  if (worker) {
    if (document.readyState === "complete") start();
    else window.addEventListener("load", start);
    // A page that stays open is in touch as long as its pieces are answered.
    document.addEventListener("htmx:afterRequest", ({ detail }) => {
      const isAnswered = detail.xhr.status && detail.xhr.status < 500 && !detail.xhr.isOfOthers;
      if (isAnswered && Date.now() - last > MINUTE) visit();
    });
    document.addEventListener("campgrid:left", () => tellWorker({ deed: "nobody" }));
  }

  // -- a page that was kept -------------------------------------------------------------------------------------------------

  const strip = () => document.getElementById("kept");
  const part = (name) => strip()?.querySelector(`[data-part="${name}"]`);
  const tell = (isBack) => {
    part("offline").hidden = isBack || navigator.onLine;
    part("unanswered").hidden = isBack || !navigator.onLine;
    part("back").hidden = !isBack;
  };
  // A network that answers this and no page would have it loaded anew for ever.
  const ANEW = "campgrid-anew";
  const mayLoad = () => {
    try {
      const isSoon = Date.now() - Number(sessionStorage[ANEW] ?? 0) < MINUTE;
      if (!isSoon) sessionStorage[ANEW] = Date.now();
      return !isSoon;
    } catch (error) {
      return false;
    }
  };
  let isAsking = false;
  const look = async () => {
    if (isAsking || document.hidden) return;
    isAsking = true;
    const isBack = navigator.onLine && (await isThere(5_000));
    isAsking = false;
    tell(isBack);
    if (isBack && !isTypedOn() && mayLoad()) loadAnew();
  };
  const watch = () => {
    tell(false);
    setInterval(look, 10_000 + 5_000 * Math.random());
    ["online", "offline", "pageshow"].forEach((name) => window.addEventListener(name, look));
    document.addEventListener("visibilitychange", look);
  };
  // Each form that was kept is one page with one key, however often it is opened: what is typed there is each time another
  // thing. So it brings keys to spare.
  const renewKey = (form) => {
    const field = form.elements.form_key;
    try {
      const used = JSON.parse(localStorage[USED] ?? "[]");
      const keys = [field.value, ...form.dataset.waits.split(" ")];
      const free = keys.find((key) => key && !used.includes(key.slice(0, 16)));
      field.value = free ?? randomHex(16);
      localStorage[USED] = JSON.stringify([...used, field.value.slice(0, 16)].slice(-300));
    } catch (error) {
      field.value = randomHex(16);
    }
  };

  // -- what waits to be sent --------------------------------------------------------------------------------------------------

  let isLoaded = null;
  const load = () =>
    (isLoaded ??= new Promise((done) => {
      const script = Object.assign(document.createElement("script"), { src: MORE, onload: () => done(true), onerror: () => done(false) });
      document.head.append(script);
    }));
  // Where the list could not be opened without a network it would wait unseen.
  const putInLine = async (form, button) => {
    // Without locks no window knows that it is the only one that sends: nothing would ever leave the line.
    if (!("waits" in form.dataset) || !worker?.controller || !navigator.locks || !meta("person")) return false;
    const list = `/${location.pathname.split("/")[1]}/waiting/`;
    const isSeen = await caches.match(list).catch(() => null);
    return Boolean(isSeen) && (await load()) && window.campgrid.waiting.put(form, button, list);
  };
  const doesWait = () => {
    try {
      return Object.keys(localStorage).some((name) => name.startsWith(DRAFT) && name.includes(" waiting-"));
    } catch (error) {
      return false;
    }
  };

  window.campgrid.putInLine = putInLine;
  const begin = () => {
    if (isKept || isInstead) {
      watch();
      document.querySelectorAll("form[data-waits]").forEach(renewKey);
    }
    if (doesWait() || document.getElementById("waiting-texts")) load();
  };
  if (document.readyState === "complete") begin();
  else document.addEventListener("DOMContentLoaded", begin);
})();

// What one has seen and which musts are left, as it is on this device: it follows each tap, whatever the network does.
(() => {
  "use strict";
  const SECOND = 1000;
  const { meta, cookie, fillIn, buttonOf, within } = window.campgrid;
  const person = meta("attendee");
  const box = () => document.getElementById("counted");
  const part = (name) => box()?.querySelector(`[data-part="${name}"]`);
  const say = (element, text) => {
    if (element && element.textContent.trim() !== text) element.textContent = text;
  };

  // -- seen: on the screen for a moment, or tapped. What the server does not have yet is kept here until it does -----
  const PREFIX = "campgrid-seen:";
  const NAME = PREFIX + person;
  const disk = (deed, fallback) => {
    try {
      return deed();
    } catch (error) {
      return fallback;
    }
  };
  const seen = new Set(disk(() => JSON.parse(localStorage.getItem(NAME)), []) ?? []);
  // Sent since this page came, which does not count them.
  const sent = new Set();
  const keep = () => disk(() => localStorage.setItem(NAME, JSON.stringify([...seen])));
  const forgetOthers = () => {
    const names = disk(() => Object.keys(localStorage), []);
    names.filter((name) => name.startsWith(PREFIX) && name !== NAME).forEach((name) => localStorage.removeItem(name));
  };
  // Kept by a page before, and not new on this one: sent as that was left, it is in what the server counted.
  const arrived = new Set();
  const isShownNew = (pitch) => Boolean(document.querySelector(`[data-tap="${pitch}"][data-new]`));
  const isNew = (pitch) => isShownNew(pitch) && !seen.has(pitch) && !sent.has(pitch);
  let timer = 0;
  const see = (pitch) => {
    if (!person || !isNew(pitch)) return;
    seen.add(pitch);
    keep();
    paint();
    clearTimeout(timer);
    timer = setTimeout(send, 2 * SECOND);
  };
  const send = async (isLeaving = false) => {
    const form = document.querySelector("form[data-sees]");
    if (!form || !seen.size || !navigator.onLine) return;
    const pitches = [...seen].slice(0, 200);
    const body = new URLSearchParams(pitches.map((pitch) => ["pitch", pitch]));
    const headers = { Accept: "application/json", "X-CSRFToken": cookie("csrftoken") };
    try {
      const signal = isLeaving ? undefined : within(15 * SECOND);
      const answer = await fetch(form.action, { method: "POST", headers, body, signal, keepalive: isLeaving, redirect: "manual" });
      if (answer.status !== 204) return;
      pitches.forEach((pitch) => {
        seen.delete(pitch);
        sent.add(pitch);
      });
      keep();
    } catch (error) {
      // With the next one, or on the next page.
    }
  };
  const eyes = window.IntersectionObserver
    ? new IntersectionObserver(
        (entries) => {
          entries.forEach(({ target, isIntersecting }) => {
            clearTimeout(target.seenSoon);
            if (isIntersecting) target.seenSoon = setTimeout(() => see(target.dataset.tap), SECOND);
          });
        },
        { threshold: 1 },
      )
    : null;
  const watch = () => document.querySelectorAll("[data-tap][data-new]").forEach((control) => eyes?.observe(control));

  // -- what is told --------------------------------------------------------------------------------------------------
  const musts = () => {
    const found = new Map();
    document.querySelectorAll('[data-tap][data-now="2"]').forEach(({ dataset }) => found.set(dataset.tap, dataset.title));
    return found;
  };
  const left = () => Number(box()?.dataset.most ?? 0) - musts().size;
  const paint = () => {
    const counted = box();
    if (!counted) return;
    const { total, most } = counted.dataset;
    const since = [...seen, ...sent].filter((pitch) => !arrived.has(pitch)).length;
    const n = Math.min(Number(total), Number(counted.dataset.seen) + since);
    const words = part("seen");
    say(words, fillIn(words.dataset.words, { n, total }));
    document.querySelectorAll(".one-by-one progress").forEach((bar) => (bar.value = n));
    if (part("left")) say(part("left"), fillIn(part("left").dataset.words, { n: Math.max(0, left()), most }));
    paintMusts();
  };
  // Of each must one line: the server's, or one made here for what was tapped since.
  const paintMusts = () => {
    const list = box().querySelector(".sheet ul");
    if (!list) return;
    const now = musts();
    const lines = [...list.children];
    lines.forEach((line) => {
      const isMust = now.has(line.dataset.tap ?? line.dataset.made);
      if (!isMust && line.dataset.made) line.remove();
      else line.hidden = !isMust;
    });
    const known = new Set(lines.filter((line) => line.isConnected).map((line) => line.dataset.tap ?? line.dataset.made));
    now.forEach((title, pitch) => {
      if (known.has(pitch)) return;
      const line = box().querySelector(".sheet template").content.firstElementChild.cloneNode(true);
      line.dataset.made = pitch;
      line.querySelector("span").textContent = title;
      line.querySelector("button").addEventListener("click", () => document.getElementById(`must-${pitch}`)?.click());
      list.append(line);
    });
    part("none").hidden = now.size > 0;
  };

  // -- a must too many: one of them is let go first, and this one is given then ---------------------------------------
  let wanted = null;
  const askWhich = (control) => {
    wanted = control.dataset.tap;
    const line = part("for");
    line.textContent = fillIn(line.dataset.words, { title: control.dataset.title });
    line.hidden = false;
    box().querySelector("details").open = true;
    box().querySelector(".sheet li:not([hidden]) button")?.focus({ preventScroll: true });
  };
  const giveIt = () => {
    if (!wanted || left() < 1) return;
    const button = document.getElementById(`must-${wanted}`);
    close();
    setTimeout(() => button?.click());
  };
  const close = () => {
    wanted = null;
    part("for").hidden = true;
    box().querySelector("details").open = false;
  };
  // Before the tap is taken: of one too many the interest is said.
  window.addEventListener(
    "submit",
    (event) => {
      const button = buttonOf(event);
      const control = button?.closest("[data-tap]");
      if (button?.dataset.for !== "2" || control.dataset.now === "2" || !part("left") || left() > 0) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const interested = control.querySelector('[data-for="1"]');
      // While the form is being sent it is not sent once more.
      if (control.dataset.now !== "1") setTimeout(() => interested.click());
      askWhich(control);
    },
    true,
  );

  document.addEventListener("campgrid:levels", () => {
    giveIt();
    paint();
  });
  document.addEventListener("campgrid:tap", ({ detail }) => see(detail.control.dataset.tap));
  document.addEventListener("campgrid:see", ({ detail }) => see(detail));
  document.addEventListener("htmx:afterSettle", watch);
  document.addEventListener("DOMContentLoaded", () => {
    forgetOthers();
    [...seen].filter((pitch) => !isShownNew(pitch)).forEach((pitch) => arrived.add(pitch));
    watch();
    paint();
    if (seen.size) send();
    // It closes like the menus do, and asks no more.
    box()?.querySelector("details")?.addEventListener("toggle", ({ target }) => target.open || close());
  });
  window.addEventListener("pagehide", () => send(true));
  window.addEventListener("online", () => send());
})();

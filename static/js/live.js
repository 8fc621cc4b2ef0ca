// What changes by itself: a piece of a page asks whether it is still so, only what changed is put in, and it is said.
(() => {
  "use strict";
  const { textOf } = window.campgrid;

  // -- asking: each a little earlier or later than the others, never from a page that nobody looks at ----------------
  const timers = new WeakMap();
  const longest = 5 * 60;
  // Seconds: what is told of changes (events.js) asks all the same now and then; and what changes all the time is not
  // asked for all the time.
  const whenTold = 60;
  const between = 4;

  const plan = (piece, seconds, isSoon = true) => {
    clearTimeout(timers.get(piece));
    piece.isSoon = isSoon;
    piece.due = Date.now() + seconds * 1000;
    timers.set(piece, setTimeout(() => ask(piece), seconds * 1000));
  };
  // A hall of phones that loaded the grid at once must not ask at once for ever.
  const planSome = (piece, seconds) => plan(piece, seconds * (0.8 + 0.4 * Math.random()), false);
  const every = (piece) => {
    const usual = Number(piece.dataset.every);
    const calm = piece.isTold ? Number(piece.dataset.calm) || (usual > between * 2 ? whenTold : usual) : usual;
    return Math.min(longest, calm * (piece.failures ? 2 ** piece.failures : 1));
  };
  const isHurried = (piece) => piece.hurriedAt > Date.now();
  // What waits for whoever looks comes with every piece but the line of what is next: it asks by itself only where none
  // else does.
  const isBrought = (piece) => piece.id === "look" && document.querySelector("[data-every]:not(#look, #next)");
  const ask = (piece) => {
    if (!piece.isConnected || !piece.dataset.every) timers.delete(piece);
    else if (isBrought(piece)) planSome(piece, every(piece));
    else if (document.hidden) piece.isLate = true;
    else htmx.trigger(piece, "again");
  };
  const watch = (root, isFirst = false) => {
    const pieces = [...root.querySelectorAll("[data-every]")];
    if (root.matches?.("[data-every]")) pieces.push(root);
    pieces.forEach((piece) => {
      // The first answer says how changes can be heard of.
      if (!timers.has(piece)) planSome(piece, isFirst ? Math.min(2, every(piece)) : every(piece));
    });
  };
  document.addEventListener("htmx:afterRequest", (event) => {
    const piece = event.detail.elt;
    if (!timers.has(piece)) return;
    const code = event.detail.xhr.isOfOthers ? 0 : event.detail.xhr.status;
    piece.failures = code && code < 400 ? 0 : Math.min(8, (piece.failures || 0) + 1);
    planSome(piece, every(piece));
  });
  // One hears that it changed, as a thousand others do: each asks at a moment of its own within a second and a half.
  // What only a few look at asks at once.
  document.addEventListener("campgrid:changed", ({ target }) => {
    if (!timers.has(target) || isHurried(target)) return;
    const [least, most] = "soon" in target.dataset ? [0.8, 0.2] : [between, 1.4];
    const rest = Math.max(0, (target.hurriedAt ?? 0) + least * 1000 - Date.now());
    plan(target, rest / 1000 + 0.1 + most * Math.random());
    target.hurriedAt = target.due;
  });
  // Whether somebody would say it if it changed, from now on. What is to ask soon does so all the same.
  document.addEventListener("campgrid:told", ({ target }) => {
    if (timers.has(target) && !target.isSoon) planSome(target, every(target));
  });
  // What was tapped here is on the server now: a page of what is mine need not wait for its turn.
  document.addEventListener("campgrid:tapped", () => {
    document.querySelectorAll("[data-follows-taps]").forEach((piece) => plan(piece, 0.5));
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    document.querySelectorAll("[data-every]").forEach((piece) => {
      if (!piece.isLate) return;
      piece.isLate = false;
      plan(piece, 0.5);
    });
  });
  // Brought by Back from the browser's memory, it is as old as it is long since one left it.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("[data-every]").forEach((piece) => plan(piece, 0.5));
  });
  // The network is back, or Campgrid answers again: who failed meanwhile need not wait out their pause. At random
  // moments, so that a hall of phones does not come back in one.
  const askSoon = (isFor) => {
    [...document.querySelectorAll("[data-every]")].filter(isFor).forEach((piece) => {
      piece.failures = 0;
      plan(piece, 0.5 + 4 * Math.random());
    });
  };
  window.addEventListener("online", () => askSoon(() => true));
  document.addEventListener("campgrid:answered", () => askSoon((piece) => piece.failures > 0));
  // A search whose answer never came is asked again: else the list is that of other words.
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.elt.matches("form[method=get]")) detail.elt.isUnanswered = !detail.xhr.status || Boolean(detail.xhr.isOfOthers);
  });
  document.addEventListener("campgrid:answered", () => {
    [...document.forms].filter((form) => form.isUnanswered).forEach((form) => htmx.trigger(form, "submit"));
  });

  // -- putting in: what somebody has under their hands stays as it is ------------------------------------------------
  const isTyped = (field) => {
    if (field.matches("select")) return [...field.options].some((o) => o.selected !== o.defaultSelected);
    if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
    return field.value !== field.defaultValue;
  };
  const isHeld = (node) =>
    node.matches?.("input, select, textarea") &&
    node.type !== "hidden" &&
    (node === document.activeElement || isTyped(node));
  const selection = (root) => {
    const chosen = getSelection();
    return !chosen.isCollapsed && root.contains(chosen.anchorNode);
  };
  if (window.Idiomorph) {
    const callbacks = Idiomorph.defaults.callbacks;
    callbacks.beforeNodeMorphed = (node) => !isHeld(node);
    callbacks.beforeNodeRemoved = (node) => !(node.querySelector && [node, ...node.querySelectorAll("*")].some(isHeld));
    // Somebody opened it, or closed it: that is theirs, not the server's.
    // What the last deed touched stays marked: the server does not know of it any more.
    callbacks.beforeAttributeUpdated = (name, node) =>
      !["data-touched", "data-held", "data-lit"].includes(name) && !(name === "open" && node.matches("details"));
  }
  // The page on which a Wi-Fi wants one to sign in, say: whatever is ours has the piece that it is for.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (!detail.shouldSwap || detail.serverResponse.includes(`id="${detail.target.id}"`)) return;
    detail.shouldSwap = false;
    detail.xhr.isOfOthers = true;
  });
  const bySelf = (event) => ["again", "built"].includes(event.detail.requestConfig.triggeringEvent?.type);
  // What has the focus, or is looked at, may be taken out and put in elsewhere: it is found by its id, or by what it
  // leads to.
  const nameOf = (node) => ({
    node,
    id: node.id,
    within: node.parentElement?.closest("[id]")?.id,
    href: node.getAttribute("href"),
    name: node.getAttribute("name"),
  });
  const find = ({ node, id, within, href, name }) => {
    if (node.isConnected) return node;
    const same = (other) => (href ? other.getAttribute("href") === href : name && other.getAttribute("name") === name);
    const among = (root) => [...root.querySelectorAll("a[href], button, input, select, textarea, summary")].find(same);
    const near = within && document.getElementById(within);
    return (id && document.getElementById(id)) || (near && among(near)) || among(document) || near || null;
  };
  const isInView = (node) => {
    const box = node.getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight;
  };
  // The browser's own anchoring gives up where much changes at once, and some browsers have none.
  const keepInView = (looked) => {
    const node = find(looked);
    const moved = node ? node.getBoundingClientRect().top - looked.top : 0;
    if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
  };
  let focused = null;
  let looked = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const piece = event.detail.target;
    // The news come beside the piece.
    const stays = bySelf(event) ? [piece, document.getElementById("news")].filter(Boolean) : [];
    const words = new Map(stays.map((root) => [root.id, wordsOf(root)]));
    before.set(event.detail.xhr, { words, changes: bySelf(event) ? changesIn(piece) : null });
    // Text that is being marked would lose its mark; the next look will do.
    if (bySelf(event) && selection(piece)) event.detail.shouldSwap = false;
    const active = document.activeElement;
    focused = piece !== active && piece.contains(active) ? nameOf(active) : null;
    const seen =
      active !== document.body && active.id !== "main" && isInView(active)
        ? active
        : document.elementFromPoint(innerWidth / 2, innerHeight / 3)?.closest("[id], a, p, li, td, tr, h2, h3, section");
    looked = bySelf(event) && scrollY > 0 && seen ? { ...nameOf(seen), top: seen.getBoundingClientRect().top } : null;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (focused && document.activeElement === document.body) {
      (find(focused) ?? event.detail.target).focus?.({ preventScroll: true });
    }
    focused = null;
    if (!looked) return;
    const once = looked;
    looked = null;
    keepInView(once);
    requestAnimationFrame(() => keepInView(once));
  });

  // -- saying: in a place of its own, which is never swapped ---------------------------------------------------------
  let last = { words: "", from: "", at: 0 };
  const say = (words, from = "") => {
    const place = document.getElementById("said");
    if (!place || !words || words === last.words) return;
    // Two pieces that changed at once are both heard; of one piece only the newest counts.
    const isBeside = from !== last.from && Date.now() - last.at < 3000;
    place.textContent = isBeside ? `${last.words} ${words}` : words;
    last = { words, from, at: Date.now() };
  };
  // What moved of one's own and was not seen is told above the page, once.
  const isToldAbove = (node) => Boolean(node?.querySelector(".unseen") || node?.matches(".unseen"));
  const wordsOf = (root) => {
    const found = root.matches?.("[data-say]") ? [root] : [...root.querySelectorAll("[data-say]")];
    return found.filter((node) => !isToldAbove(node)).map((node) => node.dataset.say || textOf(node));
  };
  // Where sessions are listed: what became of the place of each, by which of them, in which row, and where it is now.
  const changesIn = (root) => {
    const tags = [...root.querySelectorAll(".entry [data-changed], li [data-changed]")];
    const listed = tags.filter((tag) => !isToldAbove(tag.closest(".entry, li"))).map((tag) => {
      const entry = tag.closest(".entry, li");
      const row = tag.closest("tr[id], section[aria-labelledby]");
      const title = textOf(entry.querySelector("a"));
      const rooms = [...entry.querySelectorAll(".where:not(.way), .soft")].map(textOf);
      const where = [title, ...rooms, tag.dataset.changed].filter(Boolean).join(", ");
      const words = `${where}: ${textOf(tag)}.`;
      return [[row?.id || row?.getAttribute("aria-labelledby"), words].join(), words];
    });
    return new Map(listed);
  };
  // More than a few are a number: nobody listens to a list.
  const hearChanges = (root, changes) => {
    const fresh = [...changesIn(root)].filter(([place]) => !changes.has(place)).map(([, words]) => words);
    const said = [...new Set(fresh)];
    if (said.length > 3) say(document.getElementById("said").dataset.many.replace("5", said.length), root.id);
    else say(said.join(" "), root.id);
  };
  // What stood there when the answer came, by its request: another piece may ask before this one has settled.
  const before = new WeakMap();
  // Of a piece that changed elsewhere the words that stayed are no news.
  const hear = (root, stood) => {
    const words = wordsOf(root);
    const known = stood?.words.get(root.id) ?? [];
    say(words.filter((sentence) => !known.includes(sentence)).join(" "), root.id);
    if (!stood?.words.has(root.id)) return;
    stood.words.set(root.id, words);
    if (stood.changes && root.id !== "news" && !words.length) hearChanges(root, stood.changes);
  };

  document.addEventListener("htmx:afterSettle", (event) => {
    const stood = before.get(event.detail.xhr);
    watch(event.target);
    hear(event.target, stood);
    if (stood?.words.has("news")) hear(document.getElementById("news"), stood);
  });
  const begin = () => {
    watch(document.body, true);
    // What a page begins with is read as part of it; what follows a deed must be heard all the same.
    const told = [...document.querySelectorAll("[data-told]")].map(textOf);
    setTimeout(() => say(told.join(" ")), 300);
  };
  document.addEventListener("DOMContentLoaded", begin);
  document.addEventListener("campgrid:put-in", begin);
  document.addEventListener("campgrid:say", (event) => say(event.detail));
})();

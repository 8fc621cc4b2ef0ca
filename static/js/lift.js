// A session is lifted and put down while the board stays where it is: every place shows its price, and what was put
// somewhere stands there before the answer comes. What is put in is always a page of the server's; without this script,
// and whenever something else comes than was expected, the same pages are loaded.
(() => {
  "use strict";
  const { buttonOf, submit, textOf, within } = window.campgrid;
  // Milliseconds for an answer; pixels after which a press is a pull.
  const PATIENCE = 20_000;
  const PULL = 6;
  const LIFTS = ':is(.work, .fault, .workbar) a[href*="/place/"]';
  const STEPS = "#place, #pins, .steps form, .told form, .workbar form[data-stays]";

  const main = () => document.getElementById("main");
  const isBoard = (page) => Boolean(page.querySelector("#main .workbar"));
  const files = (page) =>
    [...page.head.querySelectorAll("link[rel=stylesheet], script[src]")].map((file) => file.getAttribute("href") ?? file.getAttribute("src"));
  // A newer release brings other files: its pages are loaded, not put into one of the release before.
  const isOfThisRelease = (page) => {
    const known = files(document);
    return files(page).every((name) => known.includes(name));
  };

  // Only the newest of what was asked for is put in.
  let turn = 0;
  let shown = location.pathname + location.search;
  let isBusy = false;
  const ask = async (address, options = {}) => {
    turn += 1;
    const mine = turn;
    const answer = await fetch(address, { credentials: "same-origin", signal: within(PATIENCE), ...options });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    page.address = answer.url || new URL(address, location).href;
    return mine === turn ? page : null;
  };

  const scrolled = () => ["left", "top"].map((side) => document.querySelector(".board-box")?.[side === "left" ? "scrollLeft" : "scrollTop"] ?? 0);
  const put = (fresh, title) => {
    const [left, top] = scrolled();
    const lifted = scrollY;
    main().replaceWith(fresh);
    document.title = title;
    document.querySelector(".board-box")?.scrollTo(left, top);
    scrollTo({ top: lifted, behavior: "instant" });
    window.htmx?.process(fresh);
    document.dispatchEvent(new CustomEvent("campgrid:put-in", { detail: fresh }));
  };
  const putPage = (page, how) => {
    const address = new URL(page.address);
    shown = address.pathname + address.search;
    if (how === "push" && shown !== location.pathname + location.search) history.pushState({ isBoard: true }, "", shown);
    if (how === "replace") history.replaceState({ isBoard: true }, "", shown);
    put(document.importNode(page.getElementById("main"), true), page.title);
  };

  const focusOn = (node, isByKeys) => {
    if (!node) return;
    node.focus({ preventScroll: true });
    if (isByKeys) node.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const isOnPhone = () => Boolean(document.querySelector("table.map")?.getClientRects().length);

  // -- lift ------------------------------------------------------------------------------------------
  const lift = async (link, isByKeys) => {
    const card = link.closest(".entry, li") ?? link;
    card.classList.add("lifting");
    try {
      const page = await ask(link.href);
      if (!page) return;
      if (!isBoard(page) || !isOfThisRelease(page)) return location.assign(link.href);
      putPage(page, "push");
      // On a phone what one has in hand, and the best of its places, stand on top of the page.
      if (isOnPhone()) document.querySelector(".workbar").scrollIntoView({ block: "start", behavior: "instant" });
      focusOn(document.querySelector(isOnPhone() ? "#place button" : ".board .best") ?? document.querySelector(".board .price"), isByKeys);
    } catch (error) {
      // Without an answer the browser says what it says of any page.
      location.assign(link.href);
    } finally {
      card.classList.remove("lifting");
    }
  };

  // -- back to the board, with nothing changed -----------------------------------------------------------
  const goTo = async (address, at, how) => {
    try {
      const page = await ask(address);
      if (!page) return;
      if (!isBoard(page) || !isOfThisRelease(page)) return location.assign(address);
      putPage(page, how);
      const place = at && document.getElementById(at);
      // On the desk nothing moved meanwhile; on a phone one was led to the top.
      if (isOnPhone()) place?.scrollIntoView({ block: "center" });
      focusOn(place?.querySelector("a") ?? place, false);
    } catch (error) {
      location.assign(address);
    }
  };

  // -- put it there: it is seen at once, and true once the answer is there ---------------------------------
  const land = (button) => {
    const board = document.querySelector("table.board");
    const target = button.closest("td") ?? document.getElementById(`place-${button.value}`)?.closest("td");
    const title = textOf(document.querySelector(".workbar h1"));
    const here = board?.querySelector(".price.here");
    const other = target?.querySelector(".to")?.dataset.title ?? "";
    const stands = (words, marks) => Object.assign(document.createElement("p"), { className: `price stay ${marks}`, textContent: words });
    main().classList.add("landing");
    if (here) here.replaceWith(stands(button.name === "swap" ? other : "", ""));
    const there = target?.closest("table") === board ? target : document.getElementById(`place-${button.value}`)?.closest("td");
    there?.replaceChildren(stands(title, "landed"));
  };
  const send = async (form, button) => {
    const sent = new FormData(form);
    if (button?.name) sent.append(button.name, button.value);
    // Clones forget what was typed; on these pages nothing is.
    const before = main().cloneNode(true);
    const title = document.title;
    isBusy = true;
    if (form.id === "place" && button) land(button);
    else form.querySelectorAll("button").forEach((one) => one.setAttribute("aria-busy", "true"));
    try {
      const page = await ask(form.action || location.href, { method: "POST", body: new URLSearchParams(sent) });
      if (!page) return;
      if (!isBoard(page) || !isOfThisRelease(page)) {
        // Signed out meanwhile, or anything else: sent once more as a form, which is done once.
        put(before, title);
        return again(form, button);
      }
      putPage(page, "replace");
      const touched = document.querySelector("[data-touched]");
      touched?.scrollIntoView({ block: "nearest", inline: "nearest" });
      focusOn(document.querySelector(".summary") ?? touched?.querySelector("a") ?? document.querySelector(".told"), false);
    } catch (error) {
      // No answer: it stands where it stood, and the same press, sent again, is done once. What was told was heard.
      before.querySelectorAll("[data-told]").forEach((told) => told.removeAttribute("data-told"));
      put(before, title);
      const place = document.getElementById("not-moved");
      if (!place) return again(form, button);
      place.hidden = false;
      place.focus();
      document.dispatchEvent(new CustomEvent("campgrid:say", { detail: textOf(place) }));
    } finally {
      isBusy = false;
    }
  };
  const again = (form, button) => {
    const same = document.querySelector(form.id ? `#${form.id}` : `form[action="${form.getAttribute("action")}"]`) ?? form;
    same.isPlain = true;
    const pressed = button && [...same.elements].find((one) => one.name === button.name && one.value === button.value);
    submit(same, pressed);
  };

  // -- by mouse, finger and key ------------------------------------------------------------------------------
  const isPlainClick = (event) => event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  window.addEventListener(
    "click",
    (event) => {
      if (event.defaultPrevented || !isPlainClick(event) || !document.querySelector(".board")) return;
      const link = event.target.closest?.(LIFTS);
      const back = event.target.closest?.("a[data-back]");
      if (!link && !back) return;
      event.preventDefault();
      if (isBusy || wasPulled) return;
      document.getElementById("tray")?.matches(":popover-open") && document.getElementById("tray").hidePopover();
      if (link) lift(link, event.detail === 0);
      else goTo(back.href, new URL(back.href).hash.slice(1), "replace");
    },
    true,
  );
  window.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!form.matches(STEPS) || form.isPlain || !document.querySelector(".workbar")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!isBusy) send(form, buttonOf(event));
    },
    true,
  );
  window.addEventListener("popstate", () => {
    const wanted = location.pathname + location.search;
    if (wanted === shown) return;
    goTo(wanted, "", "");
  });

  // Pulling a card with the mouse is the second way: it is lifted, and let go over a place it is put there.
  let pull = null;
  let wasPulled = false;
  const end = () => {
    pull?.ghost?.remove();
    document.documentElement.classList.remove("pulling");
    pull = null;
  };
  document.addEventListener("dragstart", (event) => event.target.closest?.(".board .entry, .tray li, .shelf") && event.preventDefault());
  document.addEventListener("pointerdown", (event) => {
    wasPulled = false;
    if (event.pointerType !== "mouse" || event.button !== 0 || isBusy) return;
    const card = event.target.closest?.(".board .entry, .tray ol > li, .shelf > span > a");
    const link = card?.matches("a") ? card : card?.querySelector('a[href*="/place/"]');
    if (link) pull = { link, x: event.clientX, y: event.clientY, title: textOf(link), ghost: null, lifted: null };
  });
  document.addEventListener("pointermove", (event) => {
    if (!pull) return;
    if (!pull.ghost) {
      if (Math.hypot(event.clientX - pull.x, event.clientY - pull.y) < PULL) return;
      pull.ghost = Object.assign(document.createElement("p"), { className: "ghost", textContent: pull.title });
      document.body.append(pull.ghost);
      document.documentElement.classList.add("pulling");
      getSelection().removeAllRanges();
      wasPulled = true;
      pull.lifted = lift(pull.link, false);
    }
    pull.ghost.style.translate = `${event.clientX}px ${event.clientY}px`;
  });
  document.addEventListener("pointerup", async (event) => {
    const mine = pull;
    if (!mine?.ghost) return end();
    const { clientX, clientY } = event;
    setTimeout(() => (wasPulled = false));
    // Let go before the prices were there: it is put where it was let go all the same.
    await mine.lifted;
    if (pull !== mine) return;
    end();
    const button = document.elementFromPoint(clientX, clientY)?.closest("td")?.querySelector("button.price");
    if (button && !isBusy) button.click();
  });
  document.addEventListener("pointercancel", end);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") end();
  });
})();

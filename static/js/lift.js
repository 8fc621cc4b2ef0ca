// A session is lifted and put down while the board stays where it is: every place shows its price, and what was put
// somewhere stands there before the answer comes. What is put in is always a page of the server's; without this script,
// and whenever something else comes than was expected, the same pages are loaded.
(() => {
  "use strict";
  const { buttonOf, submit, textOf, within } = window.campgrid;
  // Milliseconds for an answer, and for which a second press is taken for the first; pixels after which a press is a pull.
  const PATIENCE = 20_000;
  const GRACE = 600;
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
  let liftedAt = -GRACE;
  const ask = async (address, options = {}, withShown = false) => {
    turn += 1;
    const mine = turn;
    // Of the board that one comes back to, only the rows that changed are sent (together.js).
    const { headers, whole } = window.campgrid.changedRows(withShown);
    const answer = await fetch(address, { credentials: "same-origin", signal: within(PATIENCE), headers, ...options });
    const page = new DOMParser().parseFromString(whole(await answer.text()), "text/html");
    page.address = answer.url || new URL(address, location).href;
    return mine === turn ? page : null;
  };

  // -- putting in ------------------------------------------------------------------------------------------
  const box = () => document.querySelector(".board-box");
  // Prices make rows higher: what one has under the hand stays there, and the rest follows.
  const rowOf = (node) => node?.closest?.("tr[id^=slot-]")?.id;
  const topOf = (id) => document.getElementById(id)?.getBoundingClientRect().top;
  const put = (fresh, title, anchor) => {
    const left = box()?.scrollLeft ?? 0;
    const inner = box()?.scrollTop ?? 0;
    const outer = scrollY;
    const before = anchor && topOf(anchor);
    main().replaceWith(fresh);
    document.title = title;
    box()?.scrollTo(left, inner);
    scrollTo({ top: outer, behavior: "instant" });
    if (before !== undefined && anchor && topOf(anchor) !== undefined && box()) box().scrollTop += topOf(anchor) - before;
    window.htmx?.process(fresh);
    document.dispatchEvent(new CustomEvent("campgrid:put-in", { detail: fresh }));
  };
  const putPage = (page, anchor) => put(document.importNode(page.getElementById("main"), true), page.title, anchor);
  const noAnswer = (part) => {
    const place = document.getElementById("no-answer");
    if (!place) return;
    place.hidden = false;
    place.querySelectorAll("[data-part]").forEach((words) => (words.hidden = words.dataset.part !== part));
    place.focus();
    document.dispatchEvent(new CustomEvent("campgrid:say", { detail: textOf(place.querySelector(`[data-part="${part}"]`)) }));
  };
  window.addEventListener("online", () => {
    const place = document.getElementById("no-answer");
    if (place) place.hidden = true;
  });

  // -- the address: each lift is one step further, Back puts it down, and so does putting it somewhere ---------------
  const depth = () => history.state?.depth ?? 0;
  // Where the first of them was lifted: a board of one topic, say.
  let boardAt = "";
  // How far down that page was; the browser would lead there again, also whoever was led to the cell by then.
  let boardTop = 0;
  const push = (address) => {
    if (!depth()) [boardAt, boardTop] = [location.pathname + location.search, scrollY];
    history.scrollRestoration = "manual";
    shown = address.pathname + address.search;
    if (shown !== location.pathname + location.search) history.pushState({ depth: depth() + 1 }, "", shown);
  };
  let popped = null;
  const goBack = (steps) =>
    new Promise((done) => {
      if (!steps) return done();
      popped = done;
      history.go(-steps);
    });
  const replace = async (address) => {
    await goBack(depth());
    shown = address.pathname + address.search;
    history.replaceState({ depth: 0 }, "", shown);
    history.scrollRestoration = "auto";
  };

  const focusOn = (node, isByKeys) => {
    (node ?? main()).focus({ preventScroll: true });
    if (node && isByKeys) node.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const isOnPhone = () => Boolean(document.querySelector("table.map")?.getClientRects().length);

  // -- lift ------------------------------------------------------------------------------------------
  let isLifting = false;
  const lift = async (link, isByKeys) => {
    isLifting = true;
    const card = link.closest(".entry, li") ?? link;
    card.classList.add("lifting");
    try {
      const page = await ask(link.href);
      if (!page) return false;
      if (!isBoard(page) || !isOfThisRelease(page)) return location.assign(link.href);
      push(new URL(page.address));
      putPage(page, rowOf(link));
      liftedAt = performance.now();
      // On a phone what one has in hand, and the best of its places, stand on top of the page; where none is good, its name
      // has the focus, not the first place of the table far below.
      if (isOnPhone()) document.querySelector(".workbar").scrollIntoView({ block: "start", behavior: "instant" });
      if (isOnPhone()) focusOn(document.querySelector("#place button") ?? document.querySelector(".workbar h1"), false);
      else focusOn(document.querySelector(".board .best") ?? document.querySelector(".board button.price"), isByKeys);
      return true;
    } catch (error) {
      noAnswer("asked");
      return false;
    } finally {
      isLifting = false;
      card.classList.remove("lifting");
    }
  };

  // -- back to the board, with nothing changed -----------------------------------------------------------
  const show = async (address, at) => {
    try {
      const page = await ask(address);
      if (!page) return false;
      if (!isBoard(page) || !isOfThisRelease(page)) return location.assign(address);
      const held = rowOf(document.querySelector(".board .price.here"));
      shown = new URL(page.address).pathname + new URL(page.address).search;
      putPage(page, held);
      const place = at ? document.getElementById(at) : null;
      // On the desk nothing moved meanwhile; on a phone one was led to the top, and what is over is folded.
      place?.closest("tr")?.setAttribute("data-open", "");
      if (isOnPhone()) place?.scrollIntoView({ block: "center" });
      focusOn(place?.querySelector("a") ?? place, false);
      return true;
    } catch (error) {
      noAnswer("asked");
      return false;
    }
  };
  // The address follows once the board is there: without a network one stays at what one has in hand.
  const putBack = async (back) => {
    const address = new URL((depth() && boardAt) || back.href, location);
    if (await show(address.href, new URL(back.href).hash.slice(1))) await replace(address);
  };

  // -- put it there: it is seen at once, and true once the answer is there ---------------------------------
  const land = (button) => {
    const board = document.querySelector("table.board");
    // On the map, and among the best, a button says which place of the board it means.
    const target = document.getElementById(button.dataset.place ?? button.id)?.closest("td");
    const title = textOf(document.querySelector(".workbar h1"));
    const here = board?.querySelector(".price.here");
    const other = target?.querySelector(".to")?.dataset.title ?? "";
    const stands = (words, marks) => Object.assign(document.createElement("p"), { className: `price stay ${marks}`, textContent: words });
    main().classList.add("landing");
    button.classList.add("landed");
    if (here) here.replaceWith(stands(button.name === "swap" ? other : "", ""));
    target?.replaceChildren(stands(title, "landed"));
  };
  const send = async (form, button) => {
    const sent = new FormData(form);
    if (button?.name) sent.append(button.name, button.value);
    // Clones forget what was typed; on these pages nothing is.
    const before = main().cloneNode(true);
    const title = document.title;
    const held = rowOf(document.querySelector(".board .price.here"));
    const address = form.getAttribute("action") || location.href;
    isBusy = true;
    if (form.id === "place" && button) land(button);
    else button?.setAttribute("aria-disabled", "true");
    try {
      const page = await ask(address, { method: "POST", body: new URLSearchParams(sent) });
      if (!page) return;
      if (!isBoard(page) || !isOfThisRelease(page)) {
        // Signed out meanwhile, or anything else: sent once more as a form, which is done once.
        put(before, title);
        return again(form, button);
      }
      const isLifted = Boolean(page.getElementById("place"));
      if (!isLifted) await replace(new URL(page.address));
      putPage(page, held);
      // Who pins a whole room may let go of it by the same button.
      const same = form.id === "pins" && document.querySelector(`.pins[value^="${button.value.replace(/\d+$/, "")}"]`);
      if (same) return focusOn(same, false);
      const touched = document.querySelector("[data-touched]");
      touched?.scrollIntoView({ block: isOnPhone() ? "center" : "nearest", inline: "nearest" });
      focusOn(document.querySelector(".summary") ?? touched?.querySelector("a") ?? document.querySelector(".told button"), false);
    } catch (error) {
      // No answer: it is shown where it stood, and the same press, sent again, is done once. What was told was heard.
      before.querySelectorAll("[data-told]").forEach((told) => told.removeAttribute("data-told"));
      before.querySelectorAll(".told").forEach((told) => told.remove());
      put(before, title);
      noAnswer("sent");
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

  // -- others moved something: what one holds stays in hand, and the places have other prices ---------------------------
  const lookAgain = async () => {
    if (isBusy || isLifting || pull || !document.getElementById("place")) return;
    try {
      const page = await ask(location.href, {}, true);
      if (!page || isBusy || isLifting || pull || !isBoard(page) || !isOfThisRelease(page)) return;
      // It was said when it was lifted.
      page.querySelectorAll("[data-told]").forEach((told) => told.removeAttribute("data-told"));
      const { id } = document.activeElement;
      putPage(page, rowOf(document.activeElement) ?? rowOf(document.querySelector(".board .price.here")));
      if (id) document.getElementById(id)?.focus({ preventScroll: true });
    } catch (error) {
      // With what they do next; and what one puts somewhere is asked about as it is by then.
    }
  };
  document.addEventListener("campgrid:others-moved", lookAgain);

  // -- by mouse, finger and key ------------------------------------------------------------------------------
  const isPlainClick = (event) => event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  let pull = null;
  let wasPulled = false;
  window.addEventListener(
    "click",
    (event) => {
      if (event.defaultPrevented || !isPlainClick(event) || !document.querySelector(".board")) return;
      const place = event.target.closest?.('button[form="place"], #place button, .way-on');
      // The second of two presses meant what stood there before the prices did.
      if (place && event.isTrusted && performance.now() - liftedAt < GRACE) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      const link = event.target.closest?.(LIFTS);
      const back = event.target.closest?.("a[data-back]");
      if (!link && !back) return;
      event.preventDefault();
      if (isBusy || wasPulled) return;
      if (document.getElementById("tray")?.matches(":popover-open")) document.getElementById("tray").hidePopover();
      if (link) lift(link, event.detail === 0);
      else putBack(back);
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
    if (popped) {
      const done = popped;
      popped = null;
      return done();
    }
    const wanted = location.pathname + location.search;
    // What is on its way is put in once it is there.
    if (wanted !== shown && !isBusy) show(wanted, "").then(() => depth() || scrollTo({ top: boardTop, behavior: "instant" }));
    if (!depth()) history.scrollRestoration = "auto";
  });

  // Pulling a card with the mouse is the second way: it is lifted, and let go over a place it is put there.
  const end = () => {
    pull?.ghost?.remove();
    document.querySelectorAll(".under").forEach((cell) => cell.classList.remove("under"));
    document.documentElement.classList.remove("pulling");
    pull = null;
  };
  // The click that follows a pull is none, also where Escape ended it before it was let go.
  const forget = () => setTimeout(() => (wasPulled = false));
  // Where rows and columns are drawn: a double reaches over two rows, so a cell does not say in which it is.
  const layout = () => {
    const boxes = (selector, name) => [...document.querySelectorAll(`.board ${selector}`)].map((head) => [name(head), head.getBoundingClientRect()]);
    return {
      rooms: boxes("thead th[data-room]", (head) => head.dataset.room),
      slots: boxes("tbody tr[id^=slot-] > th", (head) => head.parentElement.id.slice(5)),
    };
  };
  const isIn = (from, value, to) => from <= value && value < to;
  const nameAt = ({ rooms, slots }, x, y) => {
    const room = rooms.find(([, box]) => isIn(box.left, x, box.right));
    const slot = slots.find(([, box]) => isIn(box.top, y, box.bottom));
    return room && slot ? `place-${slot[0]}-${room[0]}` : "";
  };
  const cellAt = (x, y) => document.elementFromPoint(x, y)?.closest("table.board td");
  const titleIn = (cell) => {
    const stands = cell?.querySelector(".entry > a") ?? cell?.querySelector(".to[data-title]");
    return (stands?.dataset.title ?? textOf(stands)).replaceAll("\u00ad", "");
  };
  // Who stands in each place that something stands in.
  const standing = () => {
    const drawn = layout();
    const found = new Map();
    document.querySelectorAll(".board td:has(.entry)").forEach((cell) => {
      const { left, top, bottom } = cell.getBoundingClientRect();
      drawn.slots
        .filter(([, box]) => box.top < bottom - 2 && box.bottom > top + 2)
        .forEach(([, box]) => found.set(nameAt(drawn, left + 2, box.top + 2), titleIn(cell)));
    });
    return found;
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
      pull.stood = standing();
      pull.lifted = lift(pull.link, false);
    }
    pull.ghost.style.translate = `${event.clientX}px ${event.clientY}px`;
    const under = cellAt(event.clientX, event.clientY);
    document.querySelectorAll(".under").forEach((cell) => cell !== under && cell.classList.remove("under"));
    under?.classList.add("under");
  });
  document.addEventListener("pointerup", async (event) => {
    const mine = pull;
    forget();
    if (!mine?.ghost) return end();
    // The place as one saw it when one let go: with the prices it may be drawn elsewhere.
    const cell = cellAt(event.clientX, event.clientY);
    const name = cell ? nameAt(layout(), event.clientX, event.clientY) : "";
    // Prices that have just come nobody has read: what counts is who stood there when it was taken in hand.
    const isRead = performance.now() - liftedAt >= GRACE && document.getElementById("place");
    const title = isRead ? titleIn(cell) : (mine.stood.get(name) ?? "");
    end();
    if (!(await mine.lifted) || !name || isBusy) return;
    const button = document.getElementById(name);
    // Somebody else stands there by now: that is another question.
    if (button && titleIn(button.closest("td")) === title) button.click();
  });
  document.addEventListener("pointercancel", () => {
    end();
    forget();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.repeat && event.target.closest?.(".board, .map, #place")) event.preventDefault();
    if (event.key !== "Escape") return;
    // What is to be lifted, and is not yet, stays where it is.
    if (isLifting) turn += 1;
    end();
  });
})();

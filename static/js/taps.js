// A tap on "Interested" or "Must" shows at once. It stays on this device until the server has said that it has it.
(() => {
  "use strict";
  const PREFIX = "campgrid-tap:";
  const SECOND = 1000;
  // A request that takes longer counts as lost; what it set is set once more.
  const PATIENCE = 15 * SECOND;
  const LONGEST_PAUSE = 60 * SECOND;
  const LONGEST_ASKED = 3600 * SECOND;
  // A moment further away than it can be was written down before the clock of the device was put right.
  const isAhead = (moment, most) => moment > Date.now() && moment <= Date.now() + most;
  // A tap over which the server stumbles so often it will not take: a quarter of an hour, if it is the only one.
  const MOST_TRIES = 20;
  // On a network that works nobody needs to be told.
  const A_MOMENT = 2 * SECOND;
  const { buttonOf, meta, cookie, isGuest, fillIn, randomHex, within } = window.campgrid;
  const page = { attendee: "", person: "", camp: "", outOf: "", isGuest: false };
  const campOf = (path) => path.split("/")[1] ?? "";

  // -- what is kept: every tap under a name of its own, so that two windows never write over each other -------------
  // wish: a tap on its way · told: a sentence not read yet · level: what the server said last · wait: until when, why ·
  // device: by which name the server knows it

  const memory = new Map();
  const disk = (deed, fallback) => {
    try {
      return deed();
    } catch (error) {
      // A private window keeps nothing, or the device is full.
      return fallback;
    }
  };
  const read = (name) => {
    if (memory.has(name)) return memory.get(name);
    return disk(() => JSON.parse(localStorage.getItem(name)), null);
  };
  const write = (name, value) => {
    const isWritten = disk(() => {
      localStorage.setItem(name, JSON.stringify(value));
      return true;
    }, false);
    // There is room again: what could not be written before is old.
    if (isWritten) memory.delete(name);
    else memory.set(name, value);
  };
  const drop = (name) => {
    memory.delete(name);
    disk(() => localStorage.removeItem(name));
  };
  const all = (kind) => {
    const start = `${PREFIX}${kind}:`;
    const names = disk(() => Object.keys(localStorage), []).concat([...memory.keys()]);
    return names
      .filter((name) => name.startsWith(start))
      .map((name) => ({ name, ...read(name) }))
      .filter((entry) => entry.mark);
  };

  // Numbers that rise from tap to tap, in all windows of the device.
  let last = 0;
  const nextNumber = () => {
    const newest = Math.max(0, ...all("wish").map((wish) => wish.number));
    last = Math.max(Date.now(), last + 1, newest + 1);
    return last;
  };
  // In a camp the attendee tells whose they are; elsewhere the person does, unless who they are there is not known yet.
  const isMine = (entry) =>
    page.attendee && entry.camp === page.camp
      ? entry.mark === page.attendee
      : Boolean(page.person) && entry.person === page.person && !entry.isGiven;
  const inOrder = (one, other) => one.number - other.number;
  const wishes = () => all("wish").filter(isMine).sort(inOrder);
  const told = () => all("told").filter(isMine).sort(inOrder);

  const WAIT = `${PREFIX}wait`;
  const waiting = () => {
    const found = read(WAIT) ?? { until: 0, failures: 0, why: "" };
    return { ...found, until: isAhead(found.until, LONGEST_ASKED + LONGEST_PAUSE) ? found.until : 0 };
  };

  // Of a guest whose cookie is lost, as drafts are. Whoever has an account signs in with it, or is somebody else.
  const isLost = (entry) =>
    entry.isGuest && entry.person !== page.person && (page.isGuest || (Boolean(page.person) && entry.asked === page.person));
  const lost = () => all("wish").filter((wish) => page.attendee && wish.camp === page.camp && isLost(wish)).sort(inOrder);

  // Whoever signed out, was removed, or passed the device on leaves nothing here. Only a page that just came knows.
  const forget = (isOver) => {
    ["wish", "told", "level"].forEach((kind) => all(kind).filter(isOver).forEach((entry) => drop(entry.name)));
  };
  const change = ({ name, ...entry }, changes) => write(name, { ...entry, ...changes });
  // As drafts are. In a camp they may be another attendee, too: which one a page of that camp says.
  const giveOver = (was) => {
    const entries = [...all("wish"), ...all("told")];
    entries.filter((entry) => was && entry.asked === was).forEach((entry) => change(entry, { asked: page.person }));
    const isOfThem = (entry) => (was && entry.person === was) || (entry.isGiven && entry.person === page.person);
    entries.filter(isOfThem).forEach((entry) => {
      const isHere = page.attendee && entry.camp === page.camp;
      const whose = isHere ? { mark: page.attendee, isGiven: false } : { isGiven: true };
      change(entry, { ...whose, person: page.person, isGuest: page.isGuest });
    });
  };
  // What somebody looked at on a board: board.js is not on the page that says that they left.
  const dropSeen = () => {
    const names = disk(() => Object.keys(localStorage), []);
    names.filter((name) => name.startsWith("campgrid-seen:")).forEach((name) => localStorage.removeItem(name));
  };
  const sweep = () => {
    page.attendee = meta("attendee");
    page.person = meta("person");
    page.camp = campOf(location.pathname);
    page.outOf = meta("out-of");
    page.isGuest = isGuest();
    if (!pageAsOf) return;
    if (page.outOf) dropSeen();
    if (page.person) giveOver(meta("was"));
    if (page.isGuest) lost().forEach((wish) => change(wish, { asked: page.person }));
    const isOver = (entry) =>
      (page.attendee && entry.camp === page.camp && entry.mark !== page.attendee) || entry.camp === page.outOf;
    forget((entry) => isOver(entry) && !isLost(entry));
    if (page.person && waiting().why === "signed-out") write(WAIT, { ...waiting(), until: 0, why: "" });
  };

  // -- what is shown: the last tap, or what the server said last ----------------------------------------------------

  // From when a page is: what was answered later is newer than what it shows.
  const asOf = new WeakMap();
  const pageAsOf = (() => {
    const [found] = performance.getEntriesByType("navigation");
    // Back: the browser may show what it kept. Without a network, the worker does.
    return !found || found.type === "back_forward" || meta("kept") ? 0 : performance.timeOrigin + found.requestStart;
  })();
  const levelOf = (control) => {
    const tap = wishes().filter((wish) => wish.pitch === control.dataset.tap).pop();
    if (tap) return tap.level;
    const shown = Number(control.dataset.level);
    const name = `${PREFIX}level:${page.attendee}:${control.dataset.tap}`;
    const known = read(name);
    if (!known) return shown;
    const when = asOf.get(control) ?? pageAsOf;
    if (known.at > when && known.at <= Date.now()) return known.level;
    if (known.level !== shown) write(name, { ...known, level: shown, at: when });
    return shown;
  };
  // What the button says is so: at the level for which it stands. On a card of the grid it stands for a must, too.
  const isMustOnCard = (button, level) => level === 2 && button.matches(".on-card");
  const press = (button, level) => {
    const isOn = Number(button.dataset.for) === level || isMustOnCard(button, level);
    if (button.getAttribute("aria-pressed") !== String(isOn)) button.setAttribute("aria-pressed", isOn);
    // What it sends by itself, should this script be gone.
    button.value = wantedBy(button, level);
  };
  // Pressed again it is taken back; of a must the interest stays.
  const wantedBy = (button, level) => {
    const own = Number(button.dataset.for);
    // A must is not taken back there by a slip of the thumb.
    if (isMustOnCard(button, level)) return level;
    return own === level ? Math.max(0, own - 1) : own;
  };
  // Over the line above, where it moves nothing.
  const label = (control, isLate) => {
    const found = control.querySelector(".not-sent");
    if (!isLate) found?.remove();
    else if (!found) {
      const line = document.getElementById("not-sent").content.cloneNode(true);
      control.append(line);
    }
  };
  const buttonsIn = (control) => [...control.querySelectorAll("button[data-for]")];
  const paint = (control) => {
    const level = levelOf(control);
    buttonsIn(control).forEach((button) => press(button, level));
    if (control.dataset.now !== String(level)) control.dataset.now = level;
    label(control, wishes().some((wish) => wish.pitch === control.dataset.tap && isLate(wish)));
  };
  const controls = () => (page.attendee ? document.querySelectorAll("[data-tap]") : []);

  // -- the bar says what is so --------------------------------------------------------------------------------------

  const isLate = (wish) =>
    !navigator.onLine || waiting().failures > 0 || wish.failures > 0 || Date.now() - wish.number >= A_MOMENT;
  let wasWaiting = false;
  let sentTimer = 0;
  const part = (name) => document.querySelector(`#taps [data-part="${name}"]`);
  const show = (element, isShown) => {
    if (element && element.hidden === isShown) element.hidden = !isShown;
  };
  const say = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };
  const showSent = (isShown) => {
    say(part("done"), isShown ? document.getElementById("taps").dataset.sent : "");
    show(part("sent"), isShown);
  };
  const countOf = (number) => {
    const bar = document.getElementById("taps");
    return number === 1 ? bar.dataset.one : bar.dataset.many.replace("5", number);
  };
  // What is so of several is one sentence: nine musts too many would fill a phone.
  const inOne = (sentences) => {
    const kinds = new Map();
    sentences.forEach((sentence) => {
      // Of musts too many the last knows which ones one has.
      const name = sentence.kind ? `${sentence.kind}:${sentence.kind === "less" ? "" : sentence.why}` : sentence.name;
      kinds.set(name, [...(kinds.get(name) ?? []), sentence]);
    });
    const bar = document.getElementById("taps");
    const inWords = (group) => {
      const { kind, why, text } = group[group.length - 1];
      const titles = [...new Set(group.map(({ title }) => title))];
      if (titles.length < 2) return text;
      const together = bar.dataset[kind].replace("5", titles.length);
      return `${fillIn(together, { titles: titles.map((title) => `“${title}”`).join(", ") })} ${why}`;
    };
    return new Map([...kinds].map(([name, group]) => [name, inWords(group)]));
  };
  const paintBar = () => {
    const bar = document.getElementById("taps");
    if (!bar) return;
    // Nobody is signed in, or a page that comes without the server does not know who: how many, never which.
    const isUnknown = !page.person && !page.outOf;
    const isOut = isUnknown && !meta("about-nobody");
    const list = isUnknown ? all("wish").filter((wish) => wish.camp === page.camp) : wishes();
    const sentences = told();
    const isWaiting = list.length > 0 && (isUnknown || list.some(isLate));
    const isSignedOut = isOut || waiting().why === "signed-out";
    const isOfGuest = list.some((wish) => wish.isGuest);
    if (isWaiting) {
      say(part("count"), countOf(new Set(list.map((wish) => wish.pitch)).size));
      show(part("later"), !isSignedOut);
      show(part("open"), !isSignedOut && list.some((wish) => memory.has(wish.name)));
      const joins = `/${list[0].camp}/join/`;
      const lists = `/${list[0].camp}/waiting/`;
      part("see-taps").href = lists;
      show(part("see-taps"), !isSignedOut && location.pathname !== lists);
      show(part("out"), isSignedOut && !isOfGuest);
      show(part("guest-out"), isSignedOut && isOfGuest);
      ["sign-in", "join"].map(part).forEach((link) => {
        link.href = `${joins}?next=${encodeURIComponent(location.pathname)}`;
        show(link, isSignedOut && (link.dataset.part === "join") === isOfGuest && location.pathname !== joins);
      });
    }
    show(part("waiting"), isWaiting);
    if (isWaiting) showSent(false);
    else if (wasWaiting && !list.length && !sentences.length) {
      showSent(true);
      clearTimeout(sentTimer);
      sentTimer = setTimeout(() => showSent(false), 5 * SECOND);
    }
    wasWaiting = isWaiting || (wasWaiting && list.length > 0);
    const box = part("told");
    const texts = inOne(sentences);
    const lines = [...box.querySelectorAll("p")];
    lines.filter((line) => !texts.has(line.dataset.name)).forEach((line) => line.remove());
    texts.forEach((text, name) => {
      const known = lines.find((line) => line.dataset.name === name);
      const line = known ?? document.createElement("p");
      line.dataset.name = name;
      say(line, text);
      if (!known) box.lastElementChild.before(line);
    });
    show(box, sentences.length > 0);
    const before = lost();
    if (before.length) say(part("lost-count"), countOf(new Set(before.map((wish) => wish.pitch)).size));
    show(part("lost"), before.length > 0);
  };
  // On the list of what waits, and on My day, each is said by title, as it will be.
  let shownOnMine = [];
  const paintMine = () => {
    const box = document.getElementById("waiting-taps");
    if (!box) return;
    const mine = wishes().filter((wish) => wish.camp === page.camp);
    const last = [...new Map(mine.map((wish) => [wish.pitch, wish])).values()];
    const now = last.map(({ name }) => name);
    if (now.join() === shownOnMine.join()) return;
    box.querySelector("ul").replaceChildren(
      ...last.map(({ address, title, level }) => {
        const item = document.createElement("li");
        const href = address.replace(/interest\/$/, "");
        const words = [box.dataset.not, box.dataset.none, box.dataset.interested, box.dataset.must][level + 1];
        const chip = Object.assign(document.createElement("span"), { className: "chip", textContent: words });
        item.append(Object.assign(document.createElement("a"), { href, textContent: title }), " ", chip);
        return item;
      }),
    );
    show(box, last.length > 0);
    // Sent, from whichever window, or refused: what the page says of it is old.
    if (shownOnMine.some((name) => !read(name))) document.dispatchEvent(new Event("campgrid:tapped"));
    shownOnMine = now;
  };
  const paintControls = () => {
    controls().forEach(paint);
    document.dispatchEvent(new Event("campgrid:levels"));
  };
  const paintAll = () => {
    paintControls();
    paintBar();
    paintMine();
  };
  // Of a `kind` that several may be of: why that is, and of which it is so.
  const tell = (wish, text, kind = "", why = "") => {
    const { mark, camp, person, number, title } = wish;
    const more = kind && why ? { kind, why, title } : {};
    write(`${PREFIX}told:${mark}:${number}`, { mark, camp, person, number, text, ...more });
  };

  // -- sending: one window at a time, one tap after the other --------------------------------------------------------

  const token = () => cookie("csrftoken") || (document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "");
  // By which the server undoes no newer tap for one that was held up. Nobody knows by it whose device it is.
  const DEVICE = `${PREFIX}device`;
  const rename = () => write(DEVICE, randomHex(16));
  const device = () => {
    if (!read(DEVICE)) rename();
    return read(DEVICE);
  };
  const request = (wish) => ({
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": token() },
    body: new URLSearchParams({ level: wish.level, mark: wish.mark, device: device(), number: wish.number }),
    credentials: "same-origin",
    redirect: "manual",
  });
  const ask = async (wish) => {
    const answer = await fetch(wish.address, { ...request(wish), signal: within(PATIENCE) });
    // Whatever is no answer of ours (a proxy's error, the sign-in page of a Wi-Fi) says nothing about the tap.
    const isOurs = answer.headers.get("Content-Type")?.startsWith("application/json");
    const said = isOurs ? await answer.json() : null;
    return { status: answer.status, after: answer.headers.get("Retry-After"), said };
  };
  const pauseAsked = (after) => {
    if (!after) return 0;
    const seconds = Number(after);
    const pause = Number.isNaN(seconds) ? Date.parse(after) - Date.now() : seconds * SECOND;
    return Math.min(LONGEST_ASKED, Math.max(0, pause || 0));
  };
  // That nobody is signed in stays known while nothing gets through.
  const putOff = (why = waiting().why, asked = 0) => {
    const failures = waiting().failures + 1;
    const pause = Math.min(LONGEST_PAUSE, 2 ** Math.min(failures, 8) * SECOND);
    // A hall of phones must not come back in one moment.
    const until = Date.now() + (asked || pause) + Math.random() * Math.min(pause, 5 * SECOND);
    write(WAIT, { until, failures, why, isAsked: asked > 0 });
  };
  const setAside = (wish) => {
    const failures = (wish.failures ?? 0) + 1;
    if (failures >= MOST_TRIES) {
      tell(wish, fillIn(document.getElementById("taps").dataset.failed, wish));
      drop(wish.name);
      return;
    }
    const until = Date.now() + Math.min(LONGEST_PAUSE, 2 ** Math.min(failures, 8) * SECOND);
    // Thrown away meanwhile, or tapped anew, it is not written again.
    if (read(wish.name)) write(wish.name, { ...read(wish.name), failures, until });
  };
  // The first that may go: one set aside waits, and whatever was tapped on the same pitch after it.
  const next = () => {
    const waits = new Set();
    return wishes().find((wish) => {
      if (isAhead(wish.until, LONGEST_PAUSE)) waits.add(wish.pitch);
      return !waits.has(wish.pitch);
    });
  };
  const finish = (wish, { status, said }) => {
    const bar = document.getElementById("taps");
    if (typeof said.level === "number") {
      const pitches = new Set([wish.pitch, String(said.pitch)]);
      pitches.forEach((pitch) => {
        const { mark, camp, person } = wish;
        write(`${PREFIX}level:${mark}:${pitch}`, { mark, camp, person, level: said.level, at: Date.now() });
      });
      if (!said.problem && String(said.pitch) !== wish.pitch) {
        tell(wish, fillIn(bar.dataset.joined, { old: wish.title, title: said.title }));
      }
    }
    if (status !== 200) {
      tell(wish, `${fillIn(bar.dataset.gone, wish)} ${said.problem}`, "notTaken", said.problem);
      // Taken, but as less: a must too many.
    } else if (said.problem) tell(wish, said.problem, "less", said.why);
    drop(wish.name);
    drop(WAIT);
  };
  // The tap over which the server stumbled last.
  let trouble = "";
  const FINAL = [200, 403, 404, 409, 410, 422];
  // True: the next one may go.
  const sendOne = async (wish) => {
    let answer;
    try {
      answer = await ask(wish);
      if (answer.said?.is_token_old) {
        // A page of ours sets the cookie, if it is not there; if it was changed by signing in, it is read anew.
        await fetch(location.href, { signal: within(PATIENCE) });
        answer = await ask(wish);
      } else if (answer.said?.is_old) {
        // It waited while later ones went, or the clock here was set back: it is meant all the same.
        rename();
        answer = await ask(wish);
      }
    } catch (error) {
      putOff();
      return false;
    }
    const isFinal = FINAL.includes(answer.status) && typeof answer.said?.problem === "string";
    if (isFinal && !answer.said.is_token_old && !answer.said.is_old) {
      trouble = "";
      finish(wish, answer);
      return true;
    }
    if (answer.status === 500 && typeof answer.said?.problem === "string") {
      // Our own, not a proxy's: it may be about this one tap. If another one fails, too, all wait a while.
      const isAlone = !trouble || trouble === wish.name;
      trouble = wish.name;
      setAside(wish);
      if (isAlone) return true;
    }
    const isSignedOut = answer.said && (answer.status === 401 || answer.said.is_token_old);
    putOff(isSignedOut ? "signed-out" : undefined, pauseAsked(answer.after));
    return false;
  };
  const drain = async (holdOn) => {
    for (;;) {
      const wish = next();
      if (!wish || !navigator.onLine || waiting().until > Date.now()) return;
      holdOn();
      const isOver = await sendOne(wish);
      paintAll();
      if (!isOver) return;
    }
  };

  // Without https browsers have no locks: a note on the device says whose turn it is.
  const TURN = `${PREFIX}turn`;
  const sleep = (time) => new Promise((done) => setTimeout(done, time));
  const me = `${Math.random()}`;
  const takeTurns = async (deed) => {
    const holdOn = () => write(TURN, { by: me, until: Date.now() + 2 * PATIENCE });
    for (;;) {
      const turn = read(TURN);
      if (!turn || turn.by === me || !isAhead(turn.until, 2 * PATIENCE)) {
        holdOn();
        await sleep(50 + 50 * Math.random());
        if (read(TURN)?.by === me) break;
      }
      await sleep(200);
    }
    try {
      await deed(holdOn);
    } finally {
      if (read(TURN)?.by === me) drop(TURN);
    }
  };
  const inTurn = async (deed) => {
    if (!navigator.locks) return takeTurns(deed);
    const signal = within(2 * PATIENCE);
    let isIn = false;
    const run = () => {
      isIn = true;
      return deed(() => {});
    };
    try {
      return await navigator.locks.request(PREFIX, { signal }, run);
    } catch (error) {
      if (isIn || !signal.aborted) throw error;
      // Held by a window that the phone has put to sleep.
      return document.hidden ? null : navigator.locks.request(PREFIX, { steal: true }, run);
    }
  };

  let isSending = false;
  let timer = 0;
  const plan = () => {
    clearTimeout(timer);
    if (!wishes().length) return;
    const aside = wishes().map((wish) => wish.until ?? 0).filter((moment) => isAhead(moment, LONGEST_PAUSE));
    const first = next() ? 0 : Math.min(...aside);
    const pause = Math.max(waiting().until - Date.now(), first - Date.now(), 0) || LONGEST_PAUSE;
    timer = setTimeout(go, Math.min(pause, LONGEST_PAUSE) + 10);
  };
  const go = async () => {
    if (isSending) return;
    isSending = true;
    try {
      // A tap made while the last answer was on its way goes, too.
      do await inTurn(drain);
      while (next() && navigator.onLine && waiting().until <= Date.now());
    } catch (error) {
      // Another window took the turn over.
    } finally {
      isSending = false;
      paintAll();
      plan();
    }
  };
  // Something changed, so it may work now; but whoever was asked to wait waits.
  const goNow = () => {
    const wait = waiting();
    if (wait.until > Date.now() && !wait.isAsked) write(WAIT, { ...wait, until: 0 });
    paintAll();
    if (wishes().length) go();
  };

  // -- a tap ----------------------------------------------------------------------------------------------------------

  // The second tap of a double tap means what the first one did.
  let isSecond = false;
  document.addEventListener("click", (event) => (isSecond = event.detail > 1), true);
  const tap = (control, button) => {
    const level = levelOf(control);
    const wanted = wantedBy(button, level);
    if (wanted === level) return;
    const wish = { pitch: control.dataset.tap, level: wanted, title: control.dataset.title };
    const address = new URL(button.formAction).pathname;
    const number = nextNumber();
    const whose = { mark: page.attendee, camp: page.camp, person: page.person, isGuest: page.isGuest };
    // Nothing was tapped in between: only the last counts.
    const before = wishes().pop();
    write(`${PREFIX}wish:${page.attendee}:${number}-${Math.random().toString(36).slice(2)}`, { ...wish, ...whose, address, number });
    if (before?.pitch === wish.pitch) drop(before.name);
    // Told, if it takes longer than a moment.
    setTimeout(paintAll, A_MOMENT + 50);
    goNow();
    document.dispatchEvent(new CustomEvent("campgrid:tap", { detail: { control, level: wanted } }));
  };
  // They said that what a lost guest tapped here is theirs: it is sent as theirs, unless they tapped there since.
  const adopt = () => {
    lost().forEach((wish) => {
      const known = read(`${PREFIX}level:${page.attendee}:${wish.pitch}`);
      const isOld = known?.at > wish.number || wishes().some((own) => own.pitch === wish.pitch && own.number > wish.number);
      drop(wish.name);
      const { pitch, level, title, address, camp, number } = wish;
      const mine = { mark: page.attendee, camp, person: page.person, isGuest: page.isGuest };
      const name = `${PREFIX}wish:${page.attendee}:${wish.name.slice(wish.name.lastIndexOf(":") + 1)}`;
      if (!isOld) write(name, { pitch, level, title, ...mine, address, number });
    });
    goNow();
  };
  const disown = () => {
    lost().forEach((wish) => drop(wish.name));
    paintAll();
  };
  // Before other scripts hear of it: this tap is sent by none of them.
  document.addEventListener(
    "submit",
    (event) => {
      const button = buttonOf(event);
      const control = button?.closest("[data-tap]");
      if (!control || !page.attendee) return;
      event.preventDefault();
      if (!isSecond) tap(control, button);
    },
    true,
  );

  // -- when to look ---------------------------------------------------------------------------------------------------

  const asked = new WeakMap();
  document.addEventListener("htmx:beforeSend", (event) => asked.set(event.detail.xhr, Date.now()));
  document.addEventListener("htmx:afterSwap", (event) => {
    const when = asked.get(event.detail.xhr) ?? 0;
    event.detail.target?.querySelectorAll("[data-tap]").forEach((control) => asOf.set(control, when));
    paintControls();
  });
  document.addEventListener("htmx:afterSettle", paintControls);
  document.addEventListener("htmx:historyRestore", () => {
    document.querySelectorAll("[data-tap]").forEach((control) => asOf.set(control, 0));
    paintAll();
  });
  document.addEventListener("campgrid:left", () => {
    forget(() => true);
    [WAIT, DEVICE].forEach(drop);
    dropSeen();
    paintAll();
  });
  document.addEventListener("DOMContentLoaded", () => {
    sweep();
    part("told")
      ?.querySelector("button")
      .addEventListener("click", () => {
        told().forEach((sentence) => drop(sentence.name));
        paintBar();
      });
    part("adopt")?.addEventListener("click", adopt);
    part("disown")?.addEventListener("click", disown);
    goNow();
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    sweep();
    goNow();
  });
  // Tapped, and the page left at once: it arrives all the same. It stays here until another page hears that it did. Of
  // several none is sent so: nobody would see to their order.
  window.addEventListener("pagehide", () => {
    const [wish, another] = wishes();
    if (!wish || another || !navigator.onLine || waiting().until > Date.now()) return;
    fetch(wish.address, { ...request(wish), keepalive: true }).catch(() => {});
  });
  window.addEventListener("storage", (event) => {
    if (event.key && !event.key.startsWith(PREFIX)) return;
    paintAll();
    plan();
  });
  window.addEventListener("online", goNow);
  window.addEventListener("offline", paintAll);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) goNow();
  });
})();

// What is typed into a form stays on this device until the server says that it has this very text.
(() => {
  "use strict";
  const PREFIX = "campgrid-draft:";
  const DONE = "campgrid-done:";
  const A_DAY = 86_400_000;
  // In another window one may be sending just now.
  const A_WHILE = 30_000;
  const WAIT = 10_000;
  // A file that is sent back leaves the page as it is, and nobody says that it came: for so long a second press is none.
  const FILE = 3_000;
  const { buttonOf, doneHere, meta, cookie, isGuest, isThere, randomHex, submit, textOf, windows } = window.campgrid;

  const notSaved = (told) => window.campgrid.bringNotSaved().then(() => window.campgrid.notSaved(told));

  // -- what is kept: for each form's address and each window one text, with whose it is ---------------------

  // Under such a name, "#" and a mark lies what a guest typed whose cookie is lost: no form is filled with it.
  // Where it cannot be told which forms are open, and of earlier releases, the name is the address.
  const nameFor = (path) => PREFIX + path + (windows.areTold ? ` ${windows.name()}` : "");
  const pathIn = (name) => name.slice(PREFIX.length).split(/[ #]/)[0];
  const isAside = (name) => name.includes("#");
  // Pressed without a network, it goes by itself: static/js/waiting.js.
  const isInLine = (name) => name.includes(" waiting-");
  const names = () => Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  const read = (name) => {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch (error) {
      // Kept by an older release, in another shape.
      return null;
    }
  };
  const write = (name, draft) => {
    try {
      localStorage.setItem(name, JSON.stringify(draft));
      return true;
    } catch (error) {
      // The device is full, or a private window keeps nothing; the form works all the same.
      return false;
    }
  };
  const tellWhere = (isKept) => {
    const parts = document.querySelectorAll(".told-bars [data-kept]");
    parts.forEach((part) => (part.hidden = isKept === (part.dataset.kept === "no")));
  };
  // What is noted of a text when it is sent needs no more room than it had: a device that is full keeps it, too.
  const ROOM = " ".repeat(200);
  const keepText = (name, draft) => {
    const isKept = write(name, draft) || JSON.stringify(read(name)?.values) === JSON.stringify(draft.values);
    tellWhere(isKept);
    if (isKept) return;
    try {
      // An older text is never offered as if it were the newest.
      localStorage.removeItem(name);
    } catch (error) {
      // There is none where nothing can be kept.
    }
  };
  const dropIf = (isOver) => {
    names().forEach((name) => {
      const draft = read(name);
      if (!draft?.values || isOver(draft, pathIn(name))) localStorage.removeItem(name);
    });
  };
  const whose = () => ({ person: meta("person"), isGuest: isGuest() });
  // A guest who proved an address that has an account is that person from now on, and so is what they typed.
  const giveOver = (was) => {
    names().forEach((name) => {
      const draft = read(name);
      const isSo = draft?.person === meta("person") && draft.isGuest === isGuest();
      // Nothing is written that is so: another window may be dropping it just now.
      if (draft && !isSo && was.includes(draft.person)) write(name, { ...draft, ...whose() });
      else if (draft && was.includes(draft.asked)) write(name, { ...draft, asked: meta("person") });
    });
  };
  // A guest whose cookie is lost can never sign in as who they were: they join again, and are asked whether it is
  // theirs; `asked` says who was, since they may have an account before they answer (as for taps).
  const isLost = (draft) => {
    const person = meta("person");
    return draft.isGuest && draft.person !== person && (isGuest() || (Boolean(person) && draft.asked === person));
  };
  const takeCookie = (name) => {
    const found = cookie(name);
    if (found) document.cookie = `${name}=; Max-Age=0; Path=/; SameSite=Lax`;
    return found;
  };
  const navigation = performance.getEntriesByType("navigation")[0];
  const isFresh = navigation?.type === "navigate";
  let isBack = navigation?.type === "back_forward";

  // What is done is told to one window, and the text may be another's: the one tells the other. A mark is of one
  // sending, so it never means words that came later, and lies under a name of its own: two may write at once.
  const noted = () => {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(DONE));
    names.filter((name) => Date.now() - localStorage[name] > A_DAY).forEach((name) => localStorage.removeItem(name));
    return names.map((name) => name.slice(DONE.length));
  };
  const note = (told) => told.filter((mark) => mark.includes("_")).forEach((mark) => write(DONE + mark, Date.now()));

  // The server says what was done, who looks, who signed out, and in which camp one is not (any more).
  const sweep = () => {
    // What Back shows may be of whoever had the device before: only a page that just came says who looks.
    const person = isBack ? "" : meta("person");
    if (takeCookie("left")) {
      dropIf(() => true);
      document.dispatchEvent(new Event("campgrid:left"));
    }
    // On whoever's row it waits, or in a cookie of a stranger; `splice`: Back hears nothing twice.
    const told = [...takeCookie("done").split("."), ...doneHere.splice(0)].filter(Boolean);
    const done = [...told, ...noted()];
    // Other words may have been sent from the same form since, under the same key: those are not done by that.
    const isDone = (key, sending) =>
      done.some((mark) => {
        const [form, which] = mark.split("_");
        return key?.startsWith(form) && (!which || !sending || which === sending);
      });
    if (done.length) dropIf((draft) => isDone(draft.sent, draft.sending));
    // On a full device there is room by now, if anywhere.
    note(told);
    // Typed on since, in another window: that is another thing, it changes nothing that was made.
    names().forEach((name) => !read(name)?.sent && isDone(read(name)?.key) && write(name, { ...read(name), key: "" }));
    const was = isBack ? "" : meta("was");
    if (person) giveOver([was, person].filter(Boolean));
    if (person) dropIf((draft) => draft.person && draft.person !== person && !isLost(draft));
    const out = isBack ? "" : meta("out-of");
    // Typed while one was not in, to get in: on the form to join, or on an invitation.
    const isToGetIn = (draft, path) => draft.isOutside || path === `/${out}/join/`;
    const isOut = (draft, path) => path.startsWith(`/${out}/`) && !isToGetIn(draft, path);
    if (out) dropIf((draft, path) => draft.person && isOut(draft, path) && !isLost(draft));
    if (person) names().forEach(setAside);
  };
  const move = (name, to, draft) => {
    if (name === to || localStorage.getItem(to)) return false;
    write(to, draft);
    if (!localStorage.getItem(to)) return false;
    localStorage.removeItem(name);
    return true;
  };
  // Whoever joins then may type into the same form: neither text is written over the other. Found again, the cookie
  // brings the text back to its place.
  const setAside = (name) => {
    const draft = read(name);
    const [place] = name.split("#");
    if (draft.person) move(name, isLost(draft) ? `${place}#${draft.person}` : place, draft);
  };

  // -- one form ---------------------------------------------------------------------------------------------

  const pathOf = (form) => new URL(form.getAttribute("action") || location.href, location.href).pathname;
  const keyField = (form) => form.querySelector('input[name="form_key"]');
  // Tells one sending of a form from the next.
  const sendingOf = (form) => {
    const field = form.querySelector('input[name="sending"]') ?? document.createElement("input");
    [field.type, field.name] = ["hidden", "sending"];
    field.value = randomHex(4);
    form.append(field);
    return field.value;
  };
  // What the form showed when it was opened goes with what was typed on it: so the server hears of both and merges.
  const fieldsOf = (form) =>
    [...form.elements].filter(
      (field) =>
        field.name &&
        (["shown", "base"].includes(field.name) ||
          !["hidden", "submit", "button", "file", "password", "fieldset"].includes(field.type)),
    );
  const isTicked = (field) => ["checkbox", "radio"].includes(field.type);
  const valuesOf = (form) => {
    const values = {};
    fieldsOf(form).forEach((field) => {
      const list = (values[field.name] ||= []);
      if (field.type === "select-multiple") list.push(...[...field.selectedOptions].map((option) => option.value));
      else if (!isTicked(field) || field.checked) list.push(field.value);
    });
    return values;
  };
  const fill = (form, values) => {
    const before = JSON.stringify(valuesOf(form));
    const seen = {};
    fieldsOf(form).forEach((field) => {
      const list = values[field.name];
      if (!list) return;
      if (isTicked(field)) field.checked = list.includes(field.value);
      else if (field.type === "select-multiple") {
        [...field.options].forEach((option) => (option.selected = list.includes(option.value)));
      } else {
        const place = (seen[field.name] = (seen[field.name] ?? -1) + 1);
        // What was chosen may be gone by now: then that stays which the form came with.
        const isOne = !field.options || [...field.options].some((option) => option.value === list[place]);
        if (list[place] !== undefined && isOne) field.value = list[place];
      }
    });
    return JSON.stringify(valuesOf(form)) !== before;
  };

  // Found again, a text has the key it was sent with, as long as no answer to that is known: then it is done once.
  const ownKeys = new WeakMap();
  const keyOfDraft = (form, draft) => {
    const key = keyField(form);
    // Another window was told meanwhile that it is done: here it is another thing.
    if (key && draft?.key !== key.value && ownKeys.has(form)) key.value = ownKeys.get(form);
    return key && draft?.key === key.value ? key.value : "";
  };

  // A form that was filled with the text of a window that shows it no more leaves it there until something is done
  // with it here.
  const found = new WeakMap();
  const nameOf = (form) => nameFor(pathOf(form));
  const draftOf = (form) => read(found.get(form)?.name ?? nameOf(form));
  const letGo = (form) => {
    const { name, at } = found.get(form) ?? {};
    // Typed on since, in that window: it is theirs.
    if (name && read(name)?.at === at) localStorage.removeItem(name);
    found.delete(form);
  };
  const keepOf = (form, draft) => {
    keepText(nameOf(form), { ...draft, at: Date.now(), tab: windows.name(), room: draft.sent ? undefined : ROOM });
    letGo(form);
  };
  const dropOf = (form) => {
    localStorage.removeItem(nameOf(form));
    letGo(form);
  };
  // What is shown where the form is gone: each text with its label, and what was chosen otherwise than it came.
  const isSaid = (field) => !field.selectedOptions || [...field.selectedOptions].some((option) => !option.defaultSelected);
  const wordsOf = (form) =>
    fieldsOf(form)
      .filter((field) => field.labels?.length && !isTicked(field) && field.type !== "range" && isSaid(field))
      .map((field) => [textOf(field.labels[0]), field.selectedOptions ? textOf(field.selectedOptions[0]) : field.value]);
  const textIn = (form) => {
    const isOutside = Boolean(meta("out-of"));
    return { values: valuesOf(form), words: wordsOf(form), ...whose(), isOutside, page: location.href };
  };

  // Somebody else's, seen while nobody is signed in: not shown, not written over unless somebody types.
  const isToBeFound = (draft) => draft && (!draft.person || draft.person === meta("person"));
  // Before this script came: words that the browser brings back with the page are not meant.
  const isTyped = (field) => {
    const options = [...(field.options ?? [])];
    if (isTicked(field)) return field.checked !== field.defaultChecked;
    if (options.length) {
      const wasChosen = options.some((option) => option.defaultSelected);
      return options.some((option, n) => option.selected !== (wasChosen ? option.defaultSelected : n === 0 && !field.multiple));
    }
    return field.value !== field.defaultValue;
  };
  const keep = (form) => {
    const key = keyField(form);
    if (key) ownKeys.set(form, key.value);
    const draft = draftOf(form);
    const keepTyped = () => {
      const last = draftOf(form);
      // Known not to be done, and other words now: another thing.
      keepOf(form, { ...textIn(form), key: keyOfDraft(form, last?.isKnown ? null : last), sent: "" });
      askWhose();
    };
    const isAnswer = key?.hasAttribute("data-answered") && pathOf(form) === location.pathname;
    if (isToBeFound(draft) && isAnswer && draft.sent === key.value) {
      // Refused, or merged with what others saved: the page has more than the draft.
      keepOf(form, { ...draft, ...textIn(form), key: "", sent: "" });
    } else if (isFresh && fieldsOf(form).some(isTyped)) {
      // What was typed before is found the next time: neither is written over.
      if (draft) move(nameOf(form), `${PREFIX}${pathOf(form)} ${windows.newName()}`, draft);
      keepTyped();
    } else if (isToBeFound(draft)) giveBack(form, draft);
    form.addEventListener("input", keepTyped);
  };
  // Pressed, it is "not saved" until the answer; sent, nobody knows until then.
  const keepSent = (form, isOnTheWay) => {
    const draft = draftOf(form);
    const known = draft && !isOnTheWay ? keyOfDraft(form, draft) : "";
    const sent = keyField(form)?.value ?? "";
    const isKnown = !isOnTheWay && Boolean(draft?.isKnown);
    const sending = isOnTheWay ? sendingOf(form) : draft?.sending;
    keepOf(form, { ...textIn(form), key: isOnTheWay ? sent : known, sent, sending, isKnown, sentAt: Date.now() });
  };
  // Scanned since, what the address brings is newer: the field says so.
  const withoutBrought = (form, { page, values }) => {
    const isOlder = ([name]) => page !== location.href && form.elements[name]?.hasAttribute?.("data-brought");
    return Object.fromEntries(Object.entries(values).filter((value) => !isOlder(value)));
  };
  const giveBack = (form, draft) => {
    const key = keyField(form);
    if (draft.key && key) key.value = draft.key;
    const fresh = valuesOf(form);
    if (fill(form, withoutBrought(form, draft))) tellFound(form, fresh);
  };
  const isOwn = (name) => name === nameFor(pathIn(name));
  // What was typed here, or in windows that show the form no more, the newest first.
  const left = async () => {
    const isShown = await windows.whatIsShown();
    const when = (name) => read(name)?.at ?? 0;
    return names()
      .filter((name) => read(name)?.values && !isAside(name) && !isInLine(name) && (isOwn(name) || !isShown(name)))
      .sort((one, other) => when(other) - when(one));
  };
  const giveBackLeft = async (forms) => {
    const texts = await left();
    forms.forEach((form) => {
      // It has one of its own, or is the answer to what was sent.
      if (localStorage.getItem(nameOf(form)) || keyField(form)?.hasAttribute("data-answered")) return;
      const name = texts.find((text) => pathIn(text) === pathOf(form) && isToBeFound(read(text)));
      if (!name) return;
      found.set(form, { name, at: read(name).at });
      giveBack(form, read(name));
    });
  };
  // "Start again" and "Undo" change places, and so do the two texts: neither is lost while one is here.
  const tellFound = (form, fresh) => {
    const told = document.getElementById("draft-found")?.content.firstElementChild.cloneNode(true);
    if (!told) return;
    form.prepend(told);
    // Folded away, nobody would find it.
    for (let box = form; box; box = box.parentElement) if (box.matches("details")) box.open = true;
    form.querySelectorAll("details.more").forEach((box) => (box.open = true));
    const key = keyField(form);
    let aside = { values: fresh, key: ownKeys.get(form), draft: null };
    const change = () => {
      const here = { values: valuesOf(form), key: key?.value, draft: draftOf(form) };
      fill(form, aside.values);
      if (key) key.value = aside.key;
      if (aside.draft) keepOf(form, aside.draft);
      else dropOf(form);
      aside = here;
      [...told.children].forEach((state) => (state.hidden = !state.hidden));
      told.querySelector(":scope > :not([hidden]) button").focus();
    };
    told.querySelectorAll("button").forEach((button) => button.addEventListener("click", change));
  };

  // -- not saved --------------------------------------------------------------------------------------------

  const isAnswered = () => document.getElementById("typed") || meta("answer");
  const isRedirected = navigation?.redirectCount > 0;
  const address = (page) => page.split("#")[0];
  // The way back, taken on the page before this one, led to these.
  const sought = [];
  const seek = (isSought) => (name) => read(name) && write(name, { ...read(name), isSought });
  // This is the page, or where the way back to it led, and the form is not on it.
  const isGone = (name) =>
    !isAnswered() && (address(read(name).page) === address(location.href) || (isRedirected && sought.includes(name)));
  // Nobody else is shown it; and what Back shows may be of whoever had the device before.
  const wordsIn = ({ person, words, values }) => {
    if (isBack || (person || "") !== meta("person")) return [];
    // An earlier release kept no labels.
    const typed = Object.entries(values).filter(([field]) => !["shown", "base"].includes(field));
    return (words ?? typed.map(([, list]) => ["", list.join("\n")])).filter(([, text]) => text.trim());
  };
  const isUnknown = ({ key, sent, isKnown }) => Boolean(sent) && key === sent && !isKnown;
  const tellOf = (name) => {
    const draft = read(name);
    const words = wordsIn(draft);
    notSaved({
      name,
      page: draft.page,
      isUnknown: isUnknown(draft),
      isGone: words.length > 0 && isGone(name),
      words,
      drop: () => localStorage.removeItem(name),
      putBack: () => write(name, draft),
      seek: () => seek(true)(name),
    });
  };
  const isOurs = (draft) => draft.tab === windows.name();
  // Another window is told itself, and may be sending just now.
  const isTold = (draft) =>
    draft.sent && (isOurs(draft) || (windows.areTold && !isUnknown(draft)) || Date.now() - draft.sentAt > A_WHILE);
  const tellKept = async () => {
    const here = [...document.querySelectorAll("form[data-draft]")].map(pathOf);
    const isElsewhere = (name) => !here.includes(pathIn(name));
    // This page is the answer: it gives back what it did not save, and may send it itself, under this very key.
    names().filter(isElsewhere).forEach((name) => {
      const draft = read(name);
      if (isAnswered() && isOurs(draft)) write(name, { ...draft, isKnown: true });
    });
    const texts = (await left()).filter(isElsewhere);
    const rank = [
      (name) => wordsIn(read(name)).length && isGone(name),
      (name) => read(name).sent && isOurs(read(name)),
      (name) => isTold(read(name)),
    ];
    const name = rank.map((isSo) => texts.find(isSo)).find(Boolean);
    if (name) tellOf(name);
  };

  // -- what a guest typed whose cookie is lost ---------------------------------------------------------------

  // In the camp it was typed for, once one is in again; and not while another text of one's own is kept for that form.
  const lostHere = () => {
    const camp = `/${location.pathname.split("/")[1]}/`;
    const isHere = (path) => path === location.pathname || (meta("attendee") && path.startsWith(camp));
    const aside = isBack ? [] : names().filter((name) => isAside(name) && isLost(read(name)));
    return aside.filter((name) => isHere(pathIn(name)));
  };
  const lost = () => lostHere().filter((name) => !localStorage.getItem(nameFor(pathIn(name))));
  const askPart = (name) => document.querySelector(`#taps [data-part="${name}"]`);
  const askWhose = () => {
    const question = askPart("lost-text");
    if (question) question.hidden = !lost().length;
  };
  const adopt = () => {
    lost().forEach((aside) => {
      const name = nameFor(pathIn(aside));
      // A form's key belongs to whoever sent it.
      const draft = { ...read(aside), ...whose(), key: "", asked: undefined, waits: undefined };
      // Of two who were lost, the other's is asked about when this is sent.
      if (!move(aside, name, draft)) return;
      const form = [...document.querySelectorAll("form[data-draft]")].find((shown) => nameOf(shown) === name);
      if (!form) tellOf(name);
      else giveBack(form, draft);
    });
    askWhose();
  };
  const disown = () => {
    lost().forEach((name) => localStorage.removeItem(name));
    askWhose();
  };
  const startAsking = () => {
    askPart("adopt-text")?.addEventListener("click", adopt);
    askPart("disown-text")?.addEventListener("click", disown);
    if (isGuest()) lostHere().forEach((name) => write(name, { ...read(name), asked: meta("person") }));
    askWhose();
  };

  // -- sending ----------------------------------------------------------------------------------------------

  const busy = new Map();
  const rest = (form) => {
    const kept = busy.get(form);
    if (!kept) return;
    clearTimeout(kept.timer);
    kept.button?.removeAttribute("aria-disabled");
    kept.button?.replaceChildren(...kept.nodes);
    kept.fields.forEach((field) => (field.readOnly = false));
    busy.delete(form);
  };
  const work = (form, button) => {
    const nodes = button ? [...button.childNodes] : [];
    // Words typed from now on would not be sent, and the next page would say "Saved".
    const fields = [...form.elements].filter((field) => field.readOnly === false);
    fields.forEach((field) => (field.readOnly = true));
    busy.set(form, { button, nodes, fields, timer: setTimeout(() => rest(form), "file" in form.dataset ? FILE : 2 * WAIT) });
    button?.setAttribute("aria-disabled", "true");
    const text = document.getElementById("not-saved")?.dataset.sending;
    if (text && button?.tagName === "BUTTON") button.replaceChildren(text);
  };
  // Nobody was signed in on the page: whoever did as it says, in another window, has another token since.
  const renewToken = (form) => {
    const token = cookie("csrftoken");
    const field = form.elements.csrfmiddlewaretoken;
    if (token && field) field.value = token;
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.goes) return;
    if (busy.has(form)) {
      event.preventDefault();
      return;
    }
    const button = buttonOf(event);
    work(form, button);
    if ("signedOut" in form.dataset) renewToken(form);
    const isKept = "draft" in form.dataset;
    if (!isKept && !("asksFirst" in form.dataset)) {
      // The browser's own page about it would take along what is typed here.
      if (!navigator.onLine) {
        event.preventDefault();
        rest(form);
        document.dispatchEvent(new Event("campgrid:unsent"));
      }
      return;
    }
    event.preventDefault();
    if (isKept) keepSent(form, false);
    if (navigator.onLine && (await isThere(WAIT))) {
      // On the way again after a pause: the browser sends it as it would have.
      if (isKept) keepSent(form, true);
      form.dataset.goes = "1";
      submit(form, button);
      delete form.dataset.goes;
    } else {
      rest(form);
      if (await window.campgrid.putInLine?.(form, button)) return;
      document.dispatchEvent(new Event("campgrid:unanswered"));
      if (isKept) notSaved({ button: button ?? form.querySelector("button:not([type=button])") });
    }
  });
  window.campgrid.drafts = { names, read, write, of: draftOf, drop: dropOf, nameIn: (path, rest) => PREFIX + path + rest };

  const start = () => {
    try {
      sweep();
      const forms = [...document.querySelectorAll("form[data-draft]")];
      forms.forEach(keep);
      sought.push(...names().filter((name) => read(name)?.isSought));
      sought.forEach(seek(false));
      windows.show(() => forms.map(nameOf));
      giveBackLeft(forms);
      tellKept();
      startAsking();
    } catch (error) {
      // Private windows may refuse storage; the form works all the same.
      tellWhere(false);
    }
  };
  document.addEventListener("DOMContentLoaded", start);
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    isBack = true;
    [...busy.keys()].forEach(rest);
    try {
      sweep();
      tellKept();
      askWhose();
    } catch (error) {
      // As above.
    }
  });
})();

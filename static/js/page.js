// Small things of any page: Back shows nothing of somebody who is not signed in any more, what was refused is read
// first, what was touched is marked, what was told is known to have come, a slider says its number, a link is copied, a
// menu closes.
(() => {
  "use strict";

  // What the scripts after this one use, too.
  const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
  const cookie = (name) => {
    const start = `${name}=`;
    return document.cookie.split("; ").find((text) => text.startsWith(start))?.slice(start.length) ?? "";
  };
  const isGuest = () => "guest" in (document.getElementById("taps")?.dataset ?? {});
  const textOf = (node) => node?.textContent.replace(/\s+/g, " ").trim() ?? "";
  // What people typed is put in as it is: "$&" in it means nothing, nor does the mark of another gap.
  const fillIn = (text, values) => text.replace(/\{(\w+)\}/g, (gap, name) => values[name] ?? gap);
  // Phones of five years do not know `AbortSignal.timeout`, `event.submitter` or `requestSubmit`.
  const randomHex = (bytes) =>
    [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const within = (patience) => {
    const control = new AbortController();
    setTimeout(() => control.abort(new DOMException("", "TimeoutError")), patience);
    return control.signal;
  };
  let pressed = null;
  document.addEventListener("click", (event) => (pressed = event.target.closest?.("button")), true);
  // Enter in a field presses the first button of the form, too.
  const buttonOf = (event) => event.submitter ?? (pressed?.form === event.target ? pressed : null);
  // As if the button was pressed: those who listen hear of it.
  const submit = (form, button) => {
    const own = button?.form === form ? button : undefined;
    if (form.requestSubmit) form.requestSubmit(own);
    else if (own) own.click();
    else form.submit();
  };
  // Whether Campgrid answers, within so many milliseconds. Whoever is refused this one address, by what stands in front
  // of Campgrid, was answered; a form is not held back for that. The page on which a Wi-Fi wants one to sign in is none
  // of ours: our answer is plain text.
  const isThere = async (patience) => {
    try {
      const { ok, status, headers } = await fetch("/health/", { method: "HEAD", cache: "no-store", signal: within(patience) });
      return ok ? (headers.get("Content-Type") ?? "").startsWith("text/plain") : status < 500;
    } catch (error) {
      return false;
    }
  };
  // Which of the forms that are done this browser has not heard of before: Back may show what it has.
  const person = meta("person");
  const heardSoFar = () => {
    const [whose, last] = cookie("heard").split(".");
    return whose === person ? Number(last) || 0 : 0;
  };
  const heardBefore = heardSoFar();
  const doneMarks = [...document.querySelectorAll('meta[name="done"]')];
  const doneHere = doneMarks.filter((mark) => Number(mark.dataset.number) > heardBefore).map((mark) => mark.content);
  // The browser keeps pages for Back. One that shows what is an attendee's own is loaded anew if another person, or
  // nobody, is signed in since: unless something is typed on it, which would be lost.
  const WHO = "campgrid-who";
  const isTypedOn = () => {
    // The answer to what was sent gives back what was typed; loaded anew, it would be sent once more.
    if (meta("answer")) return Boolean(document.querySelector("form[data-draft], form[data-carried]"));
    const fields = [...document.querySelectorAll("form[data-draft] :is(input:not([type=hidden]), textarea)")];
    return fields.some((field) => field.value !== field.defaultValue);
  };
  const loadAnew = () => (meta("answer") ? location.replace(location.pathname + location.search) : location.reload());
  window.campgrid = { doneHere, meta, cookie, isGuest, textOf, fillIn, isThere, within, randomHex, buttonOf, submit, isTypedOn, loadAnew };

  const seeWhoLooks = (isBack) => {
    const person = meta("person");
    try {
      if (!isBack) localStorage.setItem(WHO, person);
      else if (localStorage.getItem(WHO) !== person && !isTypedOn()) loadAnew();
    } catch (error) {
      // A private window keeps nothing.
    }
  };
  window.addEventListener("pageshow", (event) => {
    seeWhoLooks(event.persisted || performance.getEntriesByType("navigation")[0]?.type === "back_forward");
  });

  // The address holds one of the things that were touched, and the browser shows that one; all of them are marked.
  const markTouched = () => {
    const ids = [...document.querySelectorAll("[data-touches]")].flatMap((told) => told.dataset.touches.split(" "));
    ids.forEach((id) => document.getElementById(id)?.setAttribute("data-touched", ""));
  };

  // What this page tells did come: the server hears it with the next request, and tells it on each page until then.
  const noteHeard = () => {
    if (!person) return;
    const numbers = [...document.querySelectorAll("[data-number]")].map((told) => Number(told.dataset.number));
    const heard = Math.max(heardSoFar(), ...numbers);
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `heard=${person}.${heard}; Max-Age=86400; Path=/; SameSite=Lax${secure}`;
  };

  // What keeps pages for when there is no network is not needed to show this one: it comes after all else. Where the
  // worker brings a page that it kept, it brings that script, too.
  const { soon, later, more, notSaved } = document.currentScript.dataset;
  const bring = (src) =>
    new Promise((done) => {
      const script = Object.assign(document.createElement("script"), { src, onload: done });
      script.dataset.more = more;
      document.head.append(script);
    });
  const loadLater = () => bring(later);
  // There before it is needed: where something can be typed, or was.
  let broughtNotSaved = null;
  window.campgrid.bringNotSaved = () => (broughtNotSaved ??= bring(notSaved));
  window.addEventListener("load", () => {
    const isNow = document.getElementById("waiting-texts");
    if (!meta("kept")) setTimeout(loadLater, isNow ? 0 : 4_000);
    // What lives with the clock and with others, before a piece asks for the first time: the page itself comes before.
    setTimeout(() => soon.split(" ").forEach(bring), 700);
  });

  const begin = () => {
    if (document.querySelector("form[data-draft]")) window.campgrid.bringNotSaved();
    markTouched();
    noteHeard();
    document.querySelectorAll("[data-close]").forEach((button) => (button.hidden = false));
    if (navigator.clipboard) document.querySelectorAll("[data-copy]").forEach((button) => (button.hidden = false));
    document.querySelector(".summary")?.focus();
  };
  document.addEventListener("DOMContentLoaded", begin);
  // What is on the page was put in anew, as if the page was loaded (lift.js).
  document.addEventListener("campgrid:put-in", begin);

  // A button where the browser can put the camp on the home screen: it offers that once, as the page comes.
  let offer = null;
  const showOffer = () => document.querySelectorAll('[data-part="install"]').forEach((place) => (place.hidden = !offer));
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = event;
    showOffer();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest('[data-part="install"] button')) return;
    offer?.prompt();
    offer = null;
    showOffer();
  });

  // A menu that is open closes by a tap beside it, and by Escape, which leaves the focus on what opened it.
  const MENU = "details:is(.menu, .musts)[open]";
  const closeMenus = (isLeft) => {
    [...document.querySelectorAll(MENU)].filter(isLeft).forEach((menu) => (menu.open = false));
  };
  document.addEventListener("click", (event) => {
    // What a script presses is no tap of theirs.
    if (event.isTrusted) closeMenus((menu) => !menu.contains(event.target));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.activeElement.closest(MENU)?.querySelector("summary").focus();
    closeMenus(() => true);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) {
      event.target.closest(".message").remove();
      document.getElementById("main").focus();
      return;
    }
    const button = event.target.closest("[data-copy]");
    if (!button || !navigator.clipboard) return;
    navigator.clipboard.writeText(button.dataset.copy).then(() => {
      const word = button.querySelector("[data-copied]");
      word.textContent = word.dataset.copied;
    });
  });
})();

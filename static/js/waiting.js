// What was sent without a network waits in a line on this device: drafts of a window that nobody has. It is seen, can be
// changed or taken out, and goes once and in order when Campgrid answers.
(() => {
  "use strict";
  const MARK = " waiting-";
  const PATIENCE = 20_000;
  const PAUSE = [5_000, 15_000, 30_000, 60_000];
  // A text over which the server stumbles so often it will not take.
  const MOST_TRIES = 3;
  const FINAL = [403, 404, 409, 410, 422];
  const { cookie, drafts, meta, randomHex, textOf, windows, within } = window.campgrid;
  const page = (html) => new DOMParser().parseFromString(html, "text/html");

  const entries = () =>
    drafts
      .names()
      .filter((name) => name.includes(MARK))
      .map((name) => ({ name, draft: drafts.read(name) }))
      .filter(({ draft }) => draft?.waits && draft.person === meta("person"))
      .sort((one, other) => one.draft.waits.number - other.draft.waits.number);
  const change = ({ name, draft }, changes) => drafts.write(name, { ...draft, waits: { ...draft.waits, ...changes } });

  // -- into the line --------------------------------------------------------------------------------------------------------

  // What the browser would send beside the fields that a draft has.
  const besides = (form, button, values) => {
    const own = ["csrfmiddlewaretoken", "form_key", "sending", ...Object.keys(values)];
    const sent = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !own.includes(name));
    return button?.name ? [...sent, [button.name, button.value]] : sent;
  };
  const put = (form, button, list) => {
    const draft = drafts.of(form);
    const key = form.elements.form_key?.value;
    if (!draft || !key) return false;
    const number = Math.max(Date.now(), ...entries().map((entry) => entry.draft.waits.number + 1));
    const address = new URL(form.getAttribute("action") || location.href, location.href);
    const what = [textOf(document.querySelector("h1")), draft.values.title?.[0]].filter(Boolean).join(": ");
    const waits = { number, what, address: address.pathname + address.search, also: besides(form, button, draft.values) };
    const name = drafts.nameIn(address.pathname, `${MARK}${number}`);
    if (!drafts.write(name, { ...draft, key, sent: key, sending: "", tab: "", isKnown: true, waits })) return false;
    drafts.drop(form);
    location.assign(list);
    return true;
  };

  // -- out of it ----------------------------------------------------------------------------------------------------------------

  const bodyOf = ({ draft }, sending) => {
    const body = new URLSearchParams();
    Object.entries(draft.values).forEach(([name, list]) => list.forEach((value) => body.append(name, value)));
    draft.waits.also.forEach(([name, value]) => body.append(name, value));
    body.append("form_key", draft.key);
    body.append("sending", sending);
    body.append("csrfmiddlewaretoken", cookie("csrftoken"));
    return body;
  };
  const isOurs = (answer) => answer.headers.has("Campgrid-Page") || answer.headers.get("Content-Type") === "application/json";
  const ask = async (entry, sending) => {
    const headers = { Accept: "application/json, text/html;q=0.9" };
    const request = { method: "POST", headers, body: bodyOf(entry, sending), signal: within(PATIENCE) };
    const answer = await fetch(entry.draft.waits.address, request);
    const text = await answer.text();
    const isJson = answer.headers.get("Content-Type") === "application/json";
    return { answer, said: isJson ? JSON.parse(text) : null, shown: isJson ? null : page(text) };
  };
  const sentenceOf = ({ said, shown }) => {
    if (said) return said.problem ?? "";
    const summary = shown.querySelector(".summary");
    if (summary) return [...summary.querySelectorAll("h2, li, p")].map(textOf).join(" ");
    return [...shown.querySelectorAll("main h1, main h1 + p")].map(textOf).join(". ");
  };
  const isDone = ({ answer, shown }, draft, sending) => {
    const echo = `${draft.key.slice(0, 16)}_${sending}`;
    if ([...(shown?.querySelectorAll("meta") ?? [])].some(({ name, content }) => name === "done" && content === echo)) return true;
    // Led on to another page, and not to where one signs in, it is done all the same.
    const path = new URL(answer.url).pathname;
    return answer.ok && answer.redirected && isOurs(answer) && !/^\/accounts\/|\/join\/$/.test(path);
  };
  // True: the next one may go.
  const sendOne = async (entry) => {
    const sending = randomHex(4);
    // Should the answer be lost, any page that says that it is done takes it out of the line.
    drafts.write(entry.name, { ...entry.draft, sending, isKnown: false });
    let found = await ask(entry, sending);
    if (found.said?.is_token_old) {
      await fetch(location.href, { signal: within(PATIENCE) });
      found = await ask(entry, sending);
    }
    if (isDone(found, entry.draft, sending)) {
      localStorage.removeItem(entry.name);
      return true;
    }
    const fresh = { name: entry.name, draft: drafts.read(entry.name) };
    if (!fresh.draft) return true;
    if (isOurs(found.answer) && FINAL.includes(found.answer.status) && !found.said?.is_token_old) {
      change({ ...fresh, draft: { ...fresh.draft, isKnown: true } }, { told: sentenceOf(found) });
      return true;
    }
    if (found.answer.status === 500 && found.said) {
      const tries = (fresh.draft.waits.tries ?? 0) + 1;
      change(fresh, tries < MOST_TRIES ? { tries } : { tries, told: found.said.problem });
      return tries >= MOST_TRIES;
    }
    return false;
  };
  let failures = 0;
  let timer = 0;
  const drain = async () => {
    for (;;) {
      const entry = entries().find(({ draft }) => !draft.waits.told);
      if (!entry) return true;
      if (!(await sendOne(entry))) return false;
      paint();
    }
  };
  // From a page that just came, by one window at a time: what this device kept says nothing of who is signed in by now.
  const go = async () => {
    clearTimeout(timer);
    if (meta("kept") || !meta("person") || !navigator.onLine || !navigator.locks) return;
    let isOver = false;
    try {
      isOver = await navigator.locks.request("campgrid-waiting", { ifAvailable: true }, (lock) => (lock ? drain() : false));
    } catch (error) {
      // No answer: it waits.
    }
    paint();
    failures = isOver ? 0 : failures + 1;
    if (!isOver) timer = setTimeout(go, PAUSE[Math.min(failures, PAUSE.length) - 1] * (0.8 + 0.4 * Math.random()));
  };

  // -- seen -----------------------------------------------------------------------------------------------------------------------

  const part = (root, name) => root.querySelector(`[data-part="${name}"]`);
  // Back into the form that it was typed in: from then on it waits no more, it is what is typed there.
  const takeBack = ({ name, draft }) => {
    const { waits, ...typed } = draft;
    // Nothing went, or it was refused: it is not said that nobody knows.
    const sent = typed.isKnown ? "" : typed.sent;
    const own = drafts.nameIn(new URL(waits.address, location.href).pathname, ` ${windows.name()}`);
    const before = drafts.read(own);
    if (before) drafts.write(`${own.split(" ")[0]} ${windows.newName()}`, before);
    if (drafts.write(own, { ...typed, sent, tab: windows.name(), at: Date.now() })) localStorage.removeItem(name);
  };
  const words = (list, draft) =>
    list.replaceChildren(
      ...(draft.words ?? []).filter(([, text]) => text.trim()).flatMap(([label, text]) => [
        Object.assign(document.createElement("dt"), { textContent: label }),
        Object.assign(document.createElement("dd"), { textContent: text }),
      ]),
    );
  const lineOf = (entry) => {
    const { draft } = entry;
    const line = document.getElementById("waiting-text").content.firstElementChild.cloneNode(true);
    line.dataset.name = entry.name;
    part(line, "what").textContent = draft.waits.what;
    part(line, "state").hidden = Boolean(draft.waits.told);
    part(line, "told").hidden = !draft.waits.told;
    part(line, "told").textContent = draft.waits.told ?? "";
    words(part(line, "words"), draft);
    part(line, "change").href = draft.page;
    part(line, "change").addEventListener("click", () => takeBack({ ...entry, draft: drafts.read(entry.name) ?? draft }));
    part(line, "out").addEventListener("click", () => {
      localStorage.removeItem(entry.name);
      taken.push(entry);
      paint();
      document.querySelector("#taken-out button")?.focus();
    });
    return line;
  };
  // Taken out here: it can be put back as long as one is on the page.
  const taken = [];
  const paintList = () => {
    const list = document.getElementById("waiting-texts");
    if (!list) return;
    const found = entries();
    const state = JSON.stringify(found.map(({ name, draft }) => [name, draft.waits.told]));
    if (list.dataset.state !== state) list.replaceChildren(...found.map(lineOf));
    list.dataset.state = state;
    list.hidden = !found.length;
    document.getElementById("taken-out").hidden = !taken.length;
    const taps = document.getElementById("waiting-taps");
    document.getElementById("nothing-waits").hidden = found.length > 0 || !taps.hidden;
  };
  const paintBar = () => {
    const bar = document.querySelector('#taps [data-part="texts"]');
    if (!bar) return;
    const found = entries();
    bar.hidden = !found.length || Boolean(document.getElementById("waiting-texts"));
    if (bar.hidden) return;
    const isTold = found.some(({ draft }) => draft.waits.told);
    part(bar, "texts-wait").hidden = isTold;
    part(bar, "texts-told").hidden = !isTold;
    part(bar, "see").href = `/${found[0].draft.waits.address.split("/")[1]}/waiting/`;
  };
  const paint = () => {
    paintList();
    paintBar();
  };

  window.campgrid.waiting = { put };
  document.querySelector("#taken-out button")?.addEventListener("click", () => {
    const entry = taken.pop();
    drafts.write(entry.name, entry.draft);
    paint();
  });
  const box = document.getElementById("waiting-taps");
  if (box) new MutationObserver(paint).observe(box, { attributes: true });
  window.addEventListener("storage", paint);
  window.addEventListener("online", go);
  document.addEventListener("campgrid:answered", go);
  document.addEventListener("visibilitychange", () => document.hidden || go());
  paint();
  go();
})();

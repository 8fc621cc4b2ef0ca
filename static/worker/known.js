// What this device keeps, and under whose name: pages by person, camp and attendee; the files that they are made of for all.
(() => {
  "use strict";
  const PAGES = "campgrid-pages:";
  const FILES = "campgrid-files";
  // Small things that outlive the worker, as answers to addresses that nobody asks for.
  const NOTES = "campgrid-notes";
  const { header } = self.campgrid;
  // A device has so many pages of a camp at most; of more the ones read longest ago go.
  const MOST = 80;

  const campOf = (url) => new URL(url, location.href).pathname.split("/")[1];
  const readNote = async (name) => (await (await caches.open(NOTES)).match(`/${name}`))?.json();
  const writeNote = async (name, value) => (await caches.open(NOTES)).put(`/${name}`, new Response(JSON.stringify(value)));

  // -- whose it is ----------------------------------------------------------------------------------------------------

  const nameOf = ({ person, camp, attendee }) => PAGES + [person, camp, attendee].join(":");
  const placeIn = (name) => {
    const [person, camp, attendee] = name.slice(PAGES.length).split(":");
    return { name, person, camp, attendee };
  };
  const places = async () => (await caches.keys()).filter((name) => name.startsWith(PAGES)).map(placeIn);
  const dropIf = async (isOver) => {
    const over = (await places()).filter(isOver);
    await Promise.all(over.map(({ name }) => caches.delete(name)));
    return over.length > 0;
  };
  // What a page of ours says: whose it is; and of which attendee and release, if it may be kept.
  const saidBy = (response) => {
    const [person, attendee = "", release = ""] = (response.headers.get(header) ?? "").split(" ");
    return person ? { person, attendee, release } : null;
  };
  // One after the other: two pages that come at once do not both change who it is, and no file goes while a page that
  // is made of it is being put down.
  const line = () => {
    let turn = Promise.resolve();
    return (deed) => (turn = turn.then(deed, deed));
  };
  const inTurn = line();
  const inTurnOfFiles = line();
  // Whoever looks now: what others left goes before anything is shown. An answer that was asked for before that was
  // known says nothing.
  const heardOf = (person, asked) =>
    inTurn(async () => {
      const known = await readNote("who");
      // A clock that was put back since tells nothing of what came first.
      const isLater = known?.at > asked && known.at <= Date.now();
      if (isLater && known.person !== person) return false;
      if (known?.person !== person) await writeNote("who", { person, at: Date.now() });
      await dropIf((place) => place.person !== person);
      return true;
    });
  const nobody = async () => {
    await heardOf("-", Date.now());
    await dropIf(() => true);
  };

  // -- what was taken from readers since: a page kept before that is shown to nobody ------------------------------------

  const markOf = (taken, path) =>
    Object.keys(taken ?? {})
      .filter((start) => path.startsWith(start))
      .sort()
      .map((start) => taken[start])
      .join(".");
  const takenIn = (place) => readNote(`taken/${place.camp}`);

  // -- the files of pages ---------------------------------------------------------------------------------------------

  const isFile = ({ pathname }) => /^\/static\/.*\.[0-9a-f]{12}\.\w+$/.test(pathname) || pathname.endsWith("/accent.css");
  const filesIn = (html) => {
    const named = [...html.matchAll(/"(\/[^"\s#]+)(?:#[^"]*)?"/g)].map(([, path]) => path.replace(/&amp;/g, "&"));
    return [...new Set(named)].filter((path) => isFile(new URL(path, location.href)));
  };
  const file = async (request) => {
    const files = await caches.open(FILES);
    const known = await files.match(request);
    if (known) return known;
    const answer = await fetch(request);
    if (answer.ok && answer.type === "basic") await files.put(request, answer.clone());
    return answer;
  };
  const areThere = async (html) => {
    for (const path of filesIn(html)) if (!(await file(path)).ok) return false;
    return true;
  };
  // What no page that is kept is made of any more, of earlier releases say.
  const dropFiles = () => inTurnOfFiles(dropUnused);
  const dropUnused = async () => {
    const used = new Set();
    for (const name of await caches.keys()) {
      if (name === FILES || name === NOTES || !name.startsWith("campgrid-")) continue;
      const cache = await caches.open(name);
      for (const page of await cache.matchAll()) filesIn(await page.text()).forEach((path) => used.add(path));
    }
    const files = await caches.open(FILES);
    for (const { url } of await files.keys()) {
      const { pathname, search } = new URL(url);
      if (!used.has(pathname + search)) await files.delete(url);
    }
  };

  // -- one page ---------------------------------------------------------------------------------------------------------

  // All but those about the body as it was sent: what a page may load is said in one of them.
  const headersOf = (response) => {
    const headers = new Headers(response.headers);
    ["Content-Encoding", "Content-Length"].forEach((name) => headers.delete(name));
    return headers;
  };
  const keyOf = (url) => {
    const { pathname, search } = new URL(url, location.href);
    return pathname + search;
  };
  // `taken`: what was known to be taken when it was asked for. True: it is kept.
  const keep = async (url, response, asked, taken) => {
    const said = saidBy(response);
    if (!said?.release || response.type !== "basic" || response.redirected || response.status !== 200) return false;
    if (!(await heardOf(said.person, asked))) return false;
    return inTurnOfFiles(() => putDown(url, response, said, taken));
  };
  const putDown = async (url, response, said, taken) => {
    const place = { person: said.person, camp: campOf(url), attendee: said.attendee };
    const html = await response.text();
    // Made of files that the server has no more it would be a mixture of two releases.
    if (!(await areThere(html))) return false;
    const name = nameOf(place);
    await dropIf((other) => other.camp === place.camp && other.name !== name);
    const headers = headersOf(response);
    headers.set("Campgrid-At", String(Date.parse(response.headers.get("Date")) || Date.now()));
    headers.set("Campgrid-Mark", markOf(taken, keyOf(url)));
    // Somebody else, or nobody, by the time that all was there.
    if ((await readNote("who"))?.person !== said.person) return false;
    const cache = await caches.open(name);
    await cache.put(keyOf(url), new Response(html, { headers }));
    const all = await cache.keys();
    await Promise.all(all.slice(0, Math.max(0, all.length - MOST)).map((one) => cache.delete(one)));
    return true;
  };
  const drop = async (url) => {
    for (const { name, camp } of await places()) if (camp === campOf(url)) await (await caches.open(name)).delete(keyOf(url));
  };
  const find = async (url) => {
    const who = await readNote("who");
    const place = (await places()).find((one) => one.person === who?.person && one.camp === campOf(url));
    if (!place) return null;
    const cache = await caches.open(place.name);
    const page = (await cache.match(keyOf(url))) ?? (await cache.match(new URL(url, location.href).pathname));
    const isOver = page && page.headers.get("Campgrid-Mark") !== markOf(await takenIn(place), keyOf(page.url || url));
    return page && !isOver ? page : null;
  };

  Object.assign(self.campgrid, {
    campOf, readNote, writeNote, places, dropIf, saidBy, heardOf, nobody, markOf, takenIn, isFile, filesIn, file, areThere,
    dropFiles, headersOf, keyOf, keep, drop, find,
  });
})();

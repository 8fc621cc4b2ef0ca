// After a visit: what the camp says shall be kept is fetched, one page after the other, and what is not any more goes.
(() => {
  "use strict";
  const { campOf, dropFiles, dropIf, drop, heardOf, keep, keyOf, markOf, nobody, places, readNote, saidBy, takenIn, writeNote } =
    self.campgrid;
  const MINUTE = 60_000;
  // Kept within that time, a page is not asked for again by itself.
  const YOUNG = { first: MINUTE, others: 15 * MINUTE };
  // Of a list so many are what one opens first.
  const FIRST = 3;
  const PAUSE = 150;
  const sleep = (time) => new Promise((done) => setTimeout(done, time));

  // -- what the camp says -----------------------------------------------------------------------------------------------

  // Null: nothing came that tells anything. False: there is no such camp for whoever looks.
  const listOf = async (camp) => {
    const asked = Date.now();
    const answer = await fetch(`/${camp}/kept.json`, { headers: { Accept: "application/json" }, redirect: "manual" }).catch(() => null);
    const isOurs = answer?.headers.get("Content-Type")?.startsWith("application/json");
    if (answer?.type === "opaqueredirect" || (isOurs && [401, 403, 404, 410].includes(answer.status))) return false;
    if (!isOurs || !answer.ok) return null;
    const list = await answer.json();
    return (await heardOf(list.person, asked)) ? list : null;
  };

  // -- one page -----------------------------------------------------------------------------------------------------------

  // True: it is there as it is now.
  const renew = async (url, page, taken) => {
    const asked = Date.now();
    const known = page?.headers.get("ETag");
    const headers = known ? { "If-None-Match": known } : {};
    const answer = await fetch(url, { headers, redirect: "manual" }).catch(() => null);
    if (!answer || answer.status >= 500 || answer.status === 429) return false;
    if (answer.status === 304 && page) {
      // As it was: from now.
      const copy = new Response(await page.text(), { headers: page.headers });
      copy.headers.set("Campgrid-At", String(Date.parse(answer.headers.get("Date")) || Date.now()));
      copy.headers.set("Campgrid-Mark", markOf(taken, keyOf(url)));
      const place = (await places()).find((one) => one.camp === campOf(url) && one.person === saidBy(page)?.person);
      if (place) await (await caches.open(place.name)).put(keyOf(url), copy);
      return true;
    }
    const isKept = await keep(url, answer, asked, taken);
    const isOurs = saidBy(answer) || answer.type === "opaqueredirect";
    if (!isKept && isOurs) await drop(url);
    return isKept;
  };

  // -- a camp ---------------------------------------------------------------------------------------------------------------

  const keptIn = async (camp) => {
    const who = await readNote("who");
    const place = (await places()).find((one) => one.camp === camp && one.person === who?.person);
    const found = new Map();
    if (!place) return found;
    const cache = await caches.open(place.name);
    for (const request of await cache.keys()) found.set(keyOf(request.url), await cache.match(request));
    return found;
  };
  const isOld = (page, path, rank, { taken, release }) =>
    !page ||
    page.headers.get("Campgrid-Mark") !== markOf(taken, path) ||
    saidBy(page)?.release !== release ||
    Date.now() - Number(page.headers.get("Campgrid-At")) > (rank < FIRST ? YOUNG.first : YOUNG.others);
  // `seen`: the page that one is on; none of a camp that one is not looking at, which gets nothing that it did not have.
  const visitCamp = async (camp, seen) => {
    const list = await listOf(camp);
    if (list === false) await dropIf((place) => place.camp === camp);
    if (!list) return;
    // Who is another attendee now, or none, was in by what is kept.
    await dropIf((place) => place.camp === camp && place.attendee !== list.attendee);
    // First what was taken: from then on no page shows it, whatever comes of the rest.
    await writeNote(`taken/${camp}`, list.taken);
    const isSaving = Boolean(navigator.connection?.saveData);
    const kept = await keptIn(camp);
    const wanted = seen.length ? list.pages.slice(0, isSaving ? FIRST : undefined) : [];
    const pages = [...new Set([...seen, ...wanted, ...kept.keys()])];
    for (const path of pages) {
      if (following) return;
      const page = kept.get(path);
      const rank = list.pages.indexOf(path);
      if (!isOld(page, path, rank < 0 ? FIRST : rank, list)) continue;
      const isThere = await renew(path, page, list.taken);
      const isTaken = page && page.headers.get("Campgrid-Mark") !== markOf(list.taken, path);
      if (!isThere && isTaken) await drop(path);
      await sleep(PAUSE);
    }
  };
  // A camp in which nobody is any more, or that is no more, is heard of on pages of others, too.
  const visit = async ({ address }) => {
    const here = campOf(address);
    const others = (await places()).map(({ camp }) => camp).filter((camp) => camp !== here);
    for (const camp of new Set([here, ...others])) await visitCamp(camp, camp === here ? [keyOf(address)] : []);
    await dropFiles();
  };

  // One goes to the next page before all is there: what is still missing comes with that visit, for whoever looks by then.
  let following = null;
  let going = null;
  const goOn = async () => {
    while (following) {
      const said = following;
      following = null;
      await visit(said).catch(() => {});
    }
    going = null;
  };
  const deeds = {
    visit: (said) => {
      following = said;
      return (going ??= goOn());
    },
    nobody,
  };
  self.addEventListener("message", (event) => {
    const deed = deeds[event.data?.deed];
    if (deed) event.waitUntil(deed(event.data));
  });
})();

// Pages come from the network, and where it does not answer from what is kept: then they say from when they are.
(() => {
  "use strict";
  const { neutral, campOf, drop, file, find, headersOf, heardOf, isFile, keep, places, readNote, saidBy, takenIn } = self.campgrid;
  // An access point that is dead takes everything and answers nothing.
  const PATIENCE = 5_000;
  const SHELL = "campgrid-shell";
  // Something in front of Campgrid says that it does not answer.
  const AWAY = [502, 503, 504];

  // -- said on a page that is kept --------------------------------------------------------------------------------------

  const when = (at, zone) => {
    const words = (moment, more) => new Intl.DateTimeFormat("en-GB", { timeZone: zone || undefined, ...more }).format(moment);
    const day = { weekday: "short", day: "numeric", month: "short" };
    const time = words(at, { hour: "2-digit", minute: "2-digit" });
    return words(at, day) === words(Date.now(), day) ? time : `${words(at, day)}, ${time}`;
  };
  // The strip is in every page, hidden: it is seen also where no script runs. People's texts hold no mark of it, since
  // each quote of theirs is written otherwise; the gap is the one behind it.
  const dated = async (page) => {
    const at = Number(page.headers.get("Campgrid-At"));
    const html = await page.text();
    const zone = html.match(/id="kept" data-zone="([^"]*)"/)?.[1];
    const gap = /(id="kept" [^>]*?) hidden([^]*?)\{kept-at\}/;
    const strip = html.replace(gap, (found, start, between) => start + between + when(at, zone));
    const script = /\s+data-later="([^"]+)" data-more="([^"]+)"><\/script>/;
    const scripted = strip.replace(script, (tag, later, more) => `${tag}<script src="${later}" data-more="${more}" defer></script>`);
    const text = scripted.replace("<head>", () => `<head><meta name="kept" content="${at}">`);
    return new Response(text, { headers: headersOf(page) });
  };
  // Nothing is kept of it: what to do, and what else is kept of this camp.
  const instead = async (url) => {
    const page = await (await caches.open(SHELL)).match(neutral);
    if (!page) return Response.error();
    const who = await readNote("who");
    const place = (await places()).find((one) => one.person === who?.person && one.camp === campOf(url));
    const links = [];
    if (place) {
      const cache = await caches.open(place.name);
      for (const { url: address } of await cache.keys()) {
        const { pathname, search } = new URL(address);
        // Written by the server, so that it can stand in a page as it is.
        const title = (await (await find(address))?.text())?.match(/<title>([^<]*)<\/title>/)?.[1].split(" · ")[0].trim();
        if (title && !search) links.push(`<li><a href="${encodeURI(pathname)}">${title}</a></li>`);
      }
    }
    const html = await page.text();
    const list = links.length ? html.replace(/(id="kept-pages") hidden/, (found, id) => id) : html;
    const text = list.replace("<li>{kept-pages}</li>", () => links.join(""));
    return new Response(text, { headers: headersOf(page) });
  };

  // -- a page is asked for ------------------------------------------------------------------------------------------------

  // Whatever came: whose device it is, what is kept from now on, and what is not any more.
  const hear = async (url, answer, asked) => {
    const said = saidBy(answer);
    if (said) await heardOf(said.person, asked);
    const isGone = said && [401, 403, 404, 410].includes(answer.status);
    // Led elsewhere, to the form to join say, one may not see it as it was.
    if (isGone || answer.type === "opaqueredirect") await drop(url);
  };
  const page = async (event) => {
    const { request } = event;
    const [url, asked] = [request.url, Date.now()];
    // As it was known before: what is taken while the answer is on its way is taken from that, too.
    const taken = takenIn({ camp: campOf(url) });
    const network = fetch(request).catch(() => null);
    const kept = await find(url);
    const patience = kept ? new Promise((done) => setTimeout(done, PATIENCE)) : network;
    const answer = await Promise.race([network, patience]);
    const isAway = !answer || AWAY.includes(answer.status);
    if (isAway && kept) {
      event.waitUntil(network.then((late) => late && keepCopy(url, late, asked, taken)));
      return dated(kept);
    }
    if (!answer) return instead(url);
    await hear(url, answer, asked);
    event.waitUntil(keepCopy(url, answer.clone(), asked, taken));
    return answer;
  };
  const keepCopy = async (url, answer, asked, taken) => keep(url, answer, asked, await taken).catch(() => false);

  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    // What is sent, and pieces that ask for themselves, are not touched: they fail as they do without a worker.
    if (request.method !== "GET" || url.origin !== location.origin) return;
    if (isFile(url)) event.respondWith(file(request));
    else if (request.mode === "navigate") event.respondWith(page(event));
  });

  // -- another release ------------------------------------------------------------------------------------------------------

  // Files have names that tell what is in them, so pages of either release find theirs, whichever worker is there.
  self.addEventListener("install", (event) => {
    const prepare = async () => {
      const answer = await fetch(neutral, { credentials: "omit", cache: "reload" });
      const html = await answer.clone().text();
      if (!answer.ok || !saidBy(answer) || !(await self.campgrid.areThere(html))) throw new Error("no page for offline");
      await (await caches.open(SHELL)).put(neutral, answer);
      await self.skipWaiting();
    };
    event.waitUntil(prepare());
  });
  self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
})();

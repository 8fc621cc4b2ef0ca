// What this device is told while no page need be open: shown, opened when it is pressed, and told on when the browser
// gets another address (Push API, service worker).
(() => {
  "use strict";

  const read = (event) => {
    try {
      return event.data.json();
    } catch (error) {
      return null;
    }
  };
  // Where the device keeps whose it is, nobody else's is shown on it.
  const isForWhoIsHere = async (person) => {
    const who = await self.campgrid?.readNote?.("who");
    return !who?.person || who.person === person;
  };
  const show = async (told) => {
    // The browser wants something shown for each message; this says nothing of anybody.
    if (!told || !(await isForWhoIsHere(told.person))) return self.registration.showNotification("Campgrid", { tag: "campgrid" });
    if (told.until * 1000 < Date.now()) return self.registration.showNotification("Campgrid", { tag: told.topic, silent: true });
    const facts = { body: told.body, tag: told.topic, renotify: true, icon: "/apple-touch-icon.png", data: { address: told.address } };
    return self.registration.showNotification(told.title, facts);
  };
  self.addEventListener("push", (event) => event.waitUntil(show(read(event))));

  // A page of Campgrid that is open goes there; else one is opened.
  const open = async (address) => {
    const url = new URL(address || "/", self.location.origin);
    if (url.origin !== self.location.origin) return;
    const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const there = pages.find((page) => page.url === url.href);
    if (there) await there.focus();
    else await self.clients.openWindow(url.href);
  };
  self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(open(event.notification.data?.address));
  });

  const keysOf = (subscription) => {
    const { endpoint, keys } = subscription.toJSON();
    return { endpoint, p256dh: keys.p256dh, auth: keys.auth };
  };
  const renew = async ({ oldSubscription: earlier, newSubscription: given }) => {
    if (!earlier) return;
    const subscription = given ?? (await self.registration.pushManager.subscribe(earlier.options));
    await fetch("/push/moved/", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ earlier: earlier.endpoint, ...keysOf(subscription) }),
    });
  };
  self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));
})();

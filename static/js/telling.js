// "Tell me": this device is switched on by a press, and says why it cannot be. Nothing is asked before the press.
(() => {
  "use strict";
  const { submit } = window.campgrid;

  const box = () => document.getElementById("this-device");
  const show = (state) => {
    box().querySelectorAll("[data-part]").forEach((part) => (part.hidden = part.dataset.part !== state));
  };
  // iPadOS says that it is a Mac.
  const isApplePhone = () => /iPhone|iPad|iPod/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
  const canBeTold = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  const bytesOf = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const nameOf = async (endpoint) => {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint));
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };
  const isSameKey = (subscription, key) => {
    const known = subscription.options?.applicationServerKey;
    return !known || String(new Uint8Array(known)) === String(key);
  };

  const known = async () => (await navigator.serviceWorker.getRegistration("/"))?.pushManager.getSubscription() ?? null;
  const subscribe = async (key) => {
    await navigator.serviceWorker.register("/sw.js");
    const { pushManager } = await navigator.serviceWorker.ready;
    const before = await pushManager.getSubscription();
    if (before && isSameKey(before, key)) return before;
    // It listens to a key that this installation has no more.
    await before?.unsubscribe();
    return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  };
  const switchOn = async (form) => {
    show("waits");
    if ((await Notification.requestPermission()) !== "granted") return show("denied");
    try {
      const { endpoint, keys } = (await subscribe(bytesOf(form.dataset.key))).toJSON();
      Object.assign(form.elements.endpoint, { value: endpoint });
      Object.assign(form.elements.p256dh, { value: keys.p256dh });
      Object.assign(form.elements.auth, { value: keys.auth });
    } catch (error) {
      return show("failed");
    }
    return submit(form);
  };
  const look = async () => {
    if (!canBeTold()) return show(isApplePhone() && !navigator.standalone ? "install" : "unsupported");
    if (Notification.permission === "denied") return show("denied");
    const subscription = Notification.permission === "granted" ? await known() : null;
    const mark = subscription && (await nameOf(subscription.endpoint));
    const mine = mark && document.querySelector(`[data-device="${mark}"]`);
    mine?.querySelector("[data-here]")?.removeAttribute("hidden");
    return show(mine ? "on" : "off");
  };

  document.addEventListener("DOMContentLoaded", () => {
    if (!box()) return;
    box().querySelector("[data-switch]")?.addEventListener("click", (event) => {
      event.preventDefault();
      switchOn(event.target.closest("form"));
    });
    look();
  });
  // What is taken away here listens no more either, unless another camp tells it things.
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-leaves]")) known().then((subscription) => subscription?.unsubscribe());
  });
})();

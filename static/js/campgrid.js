// Everything works without this file. With it: drafts survive a lost network, and one hears when it is gone.
(() => {
  "use strict";
  const store = window.localStorage;
  const prefix = "campgrid-draft:";

  const keep = (form) => {
    const key = prefix + form.dataset.draft;
    const fields = () =>
      [...form.elements].filter((f) => f.name && !["hidden", "submit", "file"].includes(f.type) && f.type);
    const isBound = form.querySelector("[aria-invalid=true]");
    const saved = store.getItem(key);
    if (saved && !isBound) {
      const values = JSON.parse(saved);
      let changed = false;
      fields().forEach((f, i) => {
        const value = values[`${f.name}:${i}`];
        if (value === undefined) return;
        if (f.type === "checkbox" || f.type === "radio") f.checked = value;
        else if (f.value !== value) {
          f.value = value;
          changed = true;
        }
      });
      const told = form.querySelector("[data-draft-told]");
      if (changed && told) told.hidden = false;
    }
    form.addEventListener("input", () => {
      const values = {};
      fields().forEach((f, i) => {
        values[`${f.name}:${i}`] = f.type === "checkbox" || f.type === "radio" ? f.checked : f.value;
      });
      store.setItem(key, JSON.stringify(values));
    });
    form.addEventListener("submit", () => store.setItem(key + ":sent", "1"));
    form.querySelector("[data-draft-drop]")?.addEventListener("click", () => {
      store.removeItem(key);
      window.location.reload();
    });
  };

  // A draft is dropped only when a page of ours came after it was sent: then the server has it.
  const forget = () => {
    const here = new Set([...document.querySelectorAll("[data-draft]")].map((f) => prefix + f.dataset.draft));
    Object.keys(store)
      .filter((k) => k.startsWith(prefix) && k.endsWith(":sent"))
      .forEach((k) => {
        const key = k.slice(0, -5);
        if (here.has(key)) return;
        store.removeItem(k);
        store.removeItem(key);
      });
  };

  // A slider says its number beside its label.
  const showRanges = (root) => {
    root.querySelectorAll("input[data-shown]").forEach((range) => {
      const label = root.querySelector(`label[for="${range.id}"]`);
      if (!label || label.querySelector("output")) return;
      const output = document.createElement("output");
      output.htmlFor = range.id;
      const show = () => (output.textContent = range.value);
      range.addEventListener("input", show);
      label.append(output);
      show();
    });
  };

  const online = () => {
    const bar = document.getElementById("offline");
    if (bar) bar.hidden = navigator.onLine;
  };

  document.addEventListener("DOMContentLoaded", () => {
    try {
      forget();
      document.querySelectorAll("form[data-draft]").forEach(keep);
    } catch (error) {
      // Private windows may refuse storage; the form works all the same.
    }
    online();
    showRanges(document);
    document.querySelector(".summary")?.focus();
  });
  window.addEventListener("online", online);
  window.addEventListener("offline", online);
  document.addEventListener("htmx:sendError", () => {
    const bar = document.getElementById("offline");
    if (bar) bar.hidden = false;
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button || !navigator.clipboard) return;
    navigator.clipboard.writeText(button.dataset.copy).then(() => {
      button.textContent = button.dataset.copied;
    });
  });
})();

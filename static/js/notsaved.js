// The bar that says what is not saved: it leads back to the form, and shows the words where one does not get there.
(() => {
  "use strict";
  const part = (name) => document.querySelector(`.told-bars [data-part="${name}"]`);
  const kept = () => document.getElementById("kept-words");

  let told = { words: [] };
  const show = (isShown) => {
    kept().querySelector("dl")?.remove();
    if (isShown) {
      const list = document.createElement("dl");
      told.words.forEach(([label, text]) => {
        const [term, detail] = [document.createElement("dt"), document.createElement("dd")];
        [term.textContent, detail.textContent] = [label, text];
        list.append(...(label ? [term] : []), detail);
      });
      kept().prepend(list);
      part("copy").dataset.copy = told.words.map(([, text]) => text).join("\n\n");
    }
    kept().hidden = !isShown;
    part("show").setAttribute("aria-expanded", isShown);
  };
  const setDeleted = (isDeleted) => {
    part("deleted").hidden = !isDeleted;
    document.getElementById("not-saved").hidden = isDeleted;
  };

  // `button`: what was pressed on this very page; there the way back leads, wherever one has scrolled since.
  // `name`: under which it lies. `words`: what may be shown, each with its label. `isGone`: this is the page, and the form is not on it.
  const notSaved = ({ page = "", button = null, isUnknown = false, isGone = false, words = [], ...deeds }) => {
    const bar = document.getElementById("not-saved");
    if (!bar) return;
    told = { page, button, words, ...deeds };
    part("unknown").hidden = !isUnknown;
    part("known").hidden = isUnknown;
    const link = bar.querySelector("a");
    link.href = page || location.href;
    link.hidden = isGone;
    part("show").hidden = !words.length;
    setDeleted(false);
    show(isGone && words.length > 0);
  };

  const deeds = {
    show: () => show(kept().hidden),
    delete: () => {
      told.drop();
      show(false);
      setDeleted(true);
      part("undo").focus();
    },
    undo: () => {
      told.putBack();
      setDeleted(false);
      show(true);
      part("delete").focus();
    },
  };
  document.addEventListener("click", (event) => {
    deeds[event.target.closest(".told-bars button")?.dataset.part]?.();
    if (!event.target.closest("#not-saved a")) return;
    if (told.button?.isConnected) {
      event.preventDefault();
      told.button.focus();
    } else told.seek?.();
  });
  // Saved, or found and typed on, in another window.
  window.addEventListener("storage", (event) => {
    if (!told.name || event.key !== told.name || event.newValue) return;
    document.getElementById("not-saved").hidden = true;
    show(false);
  });
  // Whoever comes to this page by Back may be somebody else, and by then the text may be saved: what is so is told anew.
  window.addEventListener("pagehide", () => {
    if (!kept()) return;
    told = { words: [] };
    show(false);
    ["deleted", "show"].forEach((name) => (part(name).hidden = true));
    part("copy").dataset.copy = "";
    document.getElementById("not-saved").hidden = true;
  });

  window.campgrid.notSaved = notSaved;
})();

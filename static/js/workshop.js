// The board by keyboard: arrows go from place to place, Escape leads back to where one came from. Enter is the button's own.
(() => {
  const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const pressable = (cell) => cell.querySelector("button, a[href]");

  // The next place that can be pressed, by where it is drawn: a double reaches over two rows.
  const neighbour = (from, [down, right]) => {
    const here = from.closest("td").getBoundingClientRect();
    const [x, y] = [here.left + here.width / 2, here.top + here.height / 2];
    const away = (cell) => {
      const there = cell.getBoundingClientRect();
      const [dx, dy] = [there.left + there.width / 2 - x, there.top + there.height / 2 - y];
      const along = down ? dy * down : dx * right;
      return along > 4 ? along + 4 * Math.abs(down ? dx : dy) : Infinity;
    };
    const cells = [...from.closest("table").querySelectorAll("td")].filter(pressable);
    const [nearest] = cells.sort((one, other) => away(one) - away(other));
    return nearest && away(nearest) < Infinity ? pressable(nearest) : null;
  };

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = STEPS[event.key];
    const at = event.target.closest?.(".board td");
    if (step && at) {
      const next = neighbour(event.target, step);
      if (!next) return;
      event.preventDefault();
      next.focus();
      next.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else if (event.key === "Escape" && !event.target.closest?.("input, select, textarea, details[open], [popover]")) {
      document.querySelector("a[data-back]")?.click();
    }
  });

  // What waits may be folded away: whoever is led there has it open.
  const open = () => {
    const place = document.querySelector(":target");
    const tray = place?.closest("[popover]");
    // On a phone it lies open.
    if (!tray?.showPopover || tray.getClientRects().length) return;
    tray.showPopover();
    place.scrollIntoView({ block: "nearest" });
  };
  addEventListener("hashchange", open);
  document.addEventListener("click", (event) => {
    // The same address once more is no change.
    if (event.target.closest?.('a[href^="#"]')) setTimeout(open);
  });
  open();

  // On the desk what runs now, or comes next, stands below the heads while the camp goes on; whoever is led to a card, or
  // comes back to the page, sees that.
  const showNow = () => {
    const box = document.querySelector("#draft-grid .board-box");
    const row = box?.querySelector("tr.past") && (box.querySelector("tr.now") ?? box.querySelector("tr[id^=slot-]:not(.past)"));
    const isLed = document.querySelector(":target")?.closest(".board");
    const isBack = ["reload", "back_forward"].includes(performance.getEntriesByType("navigation")[0]?.type);
    if (!row || isLed || isBack || getComputedStyle(box).overflowY === "visible") return;
    box.scrollTop += row.getBoundingClientRect().top - box.querySelector("thead tr:last-child th").getBoundingClientRect().bottom - 4;
  };
  showNow();

  // A slider says in words what its number means, beside its label and to whoever hears it.
  const showRanges = () => {
    document.querySelectorAll("input[data-words]").forEach((range) => {
      const label = document.querySelector(`label[for="${range.id}"]`);
      const output = label.querySelector("output") ?? label.appendChild(document.createElement("output"));
      // It is the slider's own value: as a part of the label it would be said twice.
      output.ariaHidden = "true";
      output.textContent = range.dataset.words.split("|")[range.value];
      range.ariaValueText = output.textContent;
    });
  };
  document.addEventListener("input", (event) => event.target.matches?.("input[data-words]") && showRanges());
  ["htmx:afterSettle", "htmx:oobAfterSwap", "campgrid:put-in"].forEach((name) => document.addEventListener(name, showRanges));
  showRanges();

  // What is copied has the words whole.
  document.addEventListener("copy", (event) => {
    const text = getSelection().toString();
    if (!text.includes("\u00ad")) return;
    event.clipboardData.setData("text/plain", text.replaceAll("\u00ad", ""));
    event.preventDefault();
  });
})();

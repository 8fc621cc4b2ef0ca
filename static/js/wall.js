// Typing the wall in: Enter goes to the next row; in the last one it sends them all, as it does without a script.
(() => {
  "use strict";
  const titles = [...document.querySelectorAll("[data-wall] [data-title]")];
  document.querySelector("[data-wall]")?.addEventListener("keydown", (event) => {
    const number = titles.indexOf(event.target);
    if (event.key !== "Enter" || event.isComposing || number < 0 || number === titles.length - 1) return;
    event.preventDefault();
    titles[number + 1].focus();
  });
  // What was kept of a row without a title is where it would have gone: somebody else may stand there by now.
  document.addEventListener("DOMContentLoaded", () => {
    titles.filter((title) => !title.value.trim()).forEach((title) => {
      title.closest("li").querySelectorAll("select").forEach((choice) => {
        choice.selectedIndex = Math.max(0, [...choice.options].findIndex((option) => option.defaultSelected));
      });
    });
  });
})();

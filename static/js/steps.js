// The draft by keyboard: Ctrl+Z takes back, Ctrl+Shift+Z does anew, as their buttons do. In a field the keys are the field's own.
(() => {
  "use strict";
  const FIELDS = "input, select, textarea, [contenteditable]";
  document.addEventListener("keydown", (event) => {
    const isOurs = (event.ctrlKey || event.metaKey) && !event.altKey && !event.repeat && event.key.toLowerCase() === "z";
    if (!isOurs || event.defaultPrevented || event.target.closest?.(FIELDS)) return;
    const button = document.querySelector(event.shiftKey ? "#step-redo button" : "#step-undo button");
    if (!button) return;
    event.preventDefault();
    button.click();
  });
})();

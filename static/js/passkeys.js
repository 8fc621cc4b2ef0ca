// What a device does with a passkey is told in words: the library that asks it writes what went wrong to the console.
(() => {
  "use strict";

  // Enter in a field presses the button, as everywhere: the browser by itself would send the form without a passkey.
  document.addEventListener("submit", (event) => {
    const button = event.target.querySelector("[data-passkey]");
    if (!button) return;
    event.preventDefault();
    button.click();
  });

  document.addEventListener("allauth.error", (event) => {
    const told = document.getElementById("passkey-told");
    const { exception } = event.detail;
    if (!told || !exception) return;
    event.preventDefault();
    const { there, refused, number } = told.dataset;
    const says = { InvalidStateError: there, NotAllowedError: refused, SecurityError: number };
    // The same sentence twice is heard twice.
    told.textContent = "";
    requestAnimationFrame(() => {
      told.textContent = says[exception.name] ?? told.dataset.failed;
      told.classList.add("message", "warning");
      told.scrollIntoView({ block: "nearest" });
    });
  });
})();

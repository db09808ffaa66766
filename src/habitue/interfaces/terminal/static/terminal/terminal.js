/* The till's keys: the field has the focus, function keys lead to the steps, a keypad for fingers. */
"use strict";
(() => {
  const field = document.querySelector("[data-field]");
  const isBusy = () => document.querySelector("dialog[open]") ||
    (document.activeElement && document.activeElement.matches("input, select, textarea, button, a, summary"));

  // Whatever is scanned or typed goes into the field, unless somebody is using something else.
  const refocus = () => { if (field && !isBusy()) field.focus(); };
  if (field) {
    setInterval(refocus, 1500);
    field.addEventListener("focus", () => field.select());
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (event.key === "F2") {
      const amount = document.getElementById("id_amount");
      if (amount) {
        event.preventDefault();
        amount.focus();
        return;
      }
    }
    if (step && !(event.key === "Escape" && document.querySelector("dialog[open]"))) {
      event.preventDefault();
      step.click();
      return;
    }
    // A scanner that begins while something else has the focus still writes into the field.
    if (field && event.key.length === 1 && !document.activeElement.matches("input, select, textarea")) field.focus();
  });

  const keypad = document.querySelector("[data-keypad]");
  if (keypad) {
    keypad.hidden = false;
    const pin = document.getElementById("id_pin");
    keypad.addEventListener("click", (event) => {
      const digit = event.target.closest("[data-digit]");
      if (digit && pin.value.length < 6) pin.value += digit.dataset.digit;
      if (event.target.closest("[data-clear]")) pin.value = "";
    });
  }
})();

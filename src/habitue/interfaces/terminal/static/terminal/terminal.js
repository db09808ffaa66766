/* The till's keys: the field has the focus, scanners are heard on every page, function keys lead to
   the steps, a keypad for fingers, and a lock for whoever walks away. */
"use strict";
(() => {
  const find = (selector) => document.querySelector(selector);
  const field = find("[data-field]");
  const home = find("[data-home]");
  const isDialogOpen = () => Boolean(find("dialog[open]"));
  const isTyping = () => document.activeElement?.matches("input, select, textarea") ?? false;
  const isUsing = () => isTyping() || (document.activeElement?.matches("button, a, summary") ?? false);

  // Whatever is scanned or typed goes into the field, unless somebody is using something else.
  if (field) {
    const refocusMilliseconds = 1500;
    setInterval(() => { if (!isDialogOpen() && !isUsing()) field.focus(); }, refocusMilliseconds);
    field.addEventListener("focus", () => field.select());
  }

  // A scanner types faster than anybody can, and ends with Enter. A busy till hears one key late
  // now and then, and half a code would be another card: so the keys are judged by their mean.
  const pauseMilliseconds = 150;
  const scanGapMilliseconds = 50;
  const shortestScan = 6;
  const amount = /^\d{1,7}[.,]\d{1,3}$/;
  const burst = { text: "", since: 0, at: 0, into: null, before: "" };

  const hear = (event) => {
    if (event.timeStamp - burst.at > pauseMilliseconds) {
      burst.text = "";
      burst.since = event.timeStamp;
      burst.into = isTyping() ? document.activeElement : null;
      burst.before = burst.into?.value ?? "";
    }
    burst.text += event.key;
    burst.at = event.timeStamp;
  };

  const heard = (event) => {
    const text = burst.text;
    const isScan = text.length >= shortestScan && !amount.test(text) &&
      event.timeStamp - burst.at <= pauseMilliseconds &&
      event.timeStamp - burst.since <= scanGapMilliseconds * text.length;
    burst.text = "";
    if (!isScan || !home || document.activeElement === field) return;
    event.preventDefault();
    if (burst.into) burst.into.value = burst.before;
    const card = find("[data-scan]");
    if (!card) {
      window.location.assign(`${home.href}?${new URLSearchParams({ q: text, go: "1" })}`);
      return;
    }
    card.value = text;
    card.dispatchEvent(new Event("input", { bubbles: true }));
    const next = [...card.form.querySelectorAll("input:not([type=hidden])")].find((input) => !input.value);
    (next ?? card).focus();
  };

  // Arrows lead from the field through the members who were found, and back.
  const walk = (step) => {
    const stops = [field, ...document.querySelectorAll("[data-hits] a")];
    const place = stops.indexOf(document.activeElement);
    if (!field || place < 0 || stops.length < 2) return false;
    stops[Math.min(Math.max(place + step, 0), stops.length - 1)].focus();
    return true;
  };

  const steps = {
    ArrowDown: () => walk(1),
    ArrowUp: () => walk(-1),
    F2: () => focusOn("[data-amount]"),
    F9: () => focusOn("[data-units]"),
  };
  const focusOn = (selector) => {
    find(selector)?.focus();
    return Boolean(find(selector));
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isDialogOpen()) return;
    if (event.key.length === 1) {
      hear(event);
      const asks = event.key === "?" && (!isTyping() || (document.activeElement === field && !field.value));
      if (asks && find("[data-open=keys]")) {
        event.preventDefault();
        find("[data-open=keys]").click();
      } else if (field && !isTyping() && event.key !== " ") {
        field.focus();
      }
      return;
    }
    if (event.key === "Enter") {
      heard(event);
      return;
    }
    if (steps[event.key]?.()) {
      event.preventDefault();
      return;
    }
    const step = find(`[data-key="${CSS.escape(event.key)}"]`);
    if (step) {
      event.preventDefault();
      step.click();
    }
  }, true);

  const keypad = find("[data-keypad]");
  if (keypad) {
    const pin = keypad.closest("form").querySelector("input[type=password]");
    keypad.hidden = false;
    // The keys take no focus, so that fingers and keyboard can take turns.
    keypad.addEventListener("mousedown", (event) => event.preventDefault());
    keypad.addEventListener("click", (event) => {
      const digit = event.target.closest("[data-digit]");
      if (digit && pin.value.length < pin.maxLength) pin.value += digit.dataset.digit;
      if (event.target.closest("[data-clear]")) pin.value = "";
    });
  }

  // Who walks away leaves no guest's page behind.
  const lock = find("[data-lock]");
  if (lock) {
    const milliseconds = Number(lock.dataset.idleSeconds) * 1000;
    let timer = 0;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => lock.requestSubmit(), milliseconds);
    };
    ["pointerdown", "keydown"].forEach((name) => document.addEventListener(name, wait, { passive: true }));
    wait();
  }
})();

/* What pages do beyond links and forms. Everything essential works without it. */
"use strict";
(() => {
  const toastMilliseconds = 8000;
  const byId = (id) => document.getElementById(id);

  // A choice that takes effect at once.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) {
      const dialog = byId(opener.dataset.open);
      if (dialog && dialog.showModal) {
        event.preventDefault();
        dialog.showModal();
      }
      return;
    }
    const closer = event.target.closest("[data-close]");
    if (closer) {
      const dialog = closer.closest("dialog");
      if (dialog) {
        event.preventDefault();
        dialog.close();
      } else {
        closer.closest("[data-toast]")?.remove();
      }
      return;
    }
    const copier = event.target.closest("[data-copy]");
    if (copier && navigator.clipboard) {
      const said = copier.dataset.copied;
      navigator.clipboard.writeText(byId(copier.dataset.copy).textContent.trim()).then(() => {
        if (said) copier.textContent = said;
      });
    }
    const printer = event.target.closest("[data-print]");
    if (printer) window.print();
  });

  // A second press of the same button sends nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 4000);
  });

  // A slash goes to the search field, as everywhere.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const field = document.querySelector("[data-search]");
    if (field) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  });

  const hush = (root) => {
    root.querySelectorAll("[data-toast].toast-success, [data-toast].toast-info").forEach((toast) => {
      setTimeout(() => {
        if (!toast.matches(":hover, :focus-within")) toast.remove();
      }, toastMilliseconds);
    });
  };
  hush(document);
  document.addEventListener("htmx:afterSwap", (event) => hush(event.target.parentNode || document));

  // A dialog that came with a part of the page opens by itself.
  document.addEventListener("htmx:load", (event) => {
    const part = event.detail.elt;
    const dialog = part.matches?.("dialog[data-show]") ? part : part.querySelector?.("dialog[data-show]");
    if (dialog && !dialog.open) dialog.showModal();
  });
  const missed = (shown) => { byId("offline").hidden = !shown; };
  document.addEventListener("htmx:sendError", () => missed(true));
  document.addEventListener("htmx:responseError", () => missed(true));
  document.addEventListener("htmx:afterOnLoad", () => missed(false));
})();

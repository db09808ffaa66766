/* Says on the page when a passkey was not used: the visitor changed their mind, or has none. */
"use strict";
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const note of document.querySelectorAll("[data-key-trouble]")) note.hidden = false;
});

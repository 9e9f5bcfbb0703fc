// Large text and night colors flip at once; the form is sent in the background, so that the server draws the next page so.
import { attach } from "./attach.js";

const root = document.documentElement;
const SWITCHES = {
  text: { on: "large", off: "normal", show: (on) => root.classList.toggle("elder", on) },
  theme: { on: "dark", off: "light", show: (on) => { root.dataset.bsTheme = on ? "dark" : "light"; } },
};

function flip(form) {
  const { on, off, show } = SWITCHES[form.dataset.preference];
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = form.querySelector("button");
    const chosen = button.value;
    const body = new FormData(form);
    body.set(button.name, chosen);
    for (const other of document.querySelectorAll(`[data-preference="${form.dataset.preference}"] button`)) {
      other.value = chosen === on ? off : on;
      other.setAttribute("aria-pressed", String(chosen === on));
    }
    show(chosen === on);
    // Without a network the page keeps the look; the next page asks the server again.
    await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => {});
  });
}

attach("[data-preference]", flip);

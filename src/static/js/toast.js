// A word after a deed, with a way back where there is one. The server sends it as the event "muster:toast".
import { attach } from "./attach.js";

const region = document.getElementById("toasts");
const ICONS = { ok: "circle-check", warn: "alert-triangle" };

function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

function undoForm(url) {
  const form = Object.assign(document.createElement("form"), { method: "post", action: url });
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: "csrfmiddlewaretoken", value: token });
  const button = Object.assign(document.createElement("button"), { textContent: region.dataset.undo });
  form.append(field, button);
  return form;
}

function show({ text, tone = "ok", undo_url: undo = "", seconds = 8 }) {
  const toast = Object.assign(document.createElement("div"), { className: `toast-m toast-${tone}` });
  toast.setAttribute("role", "status");
  toast.dataset.toast = seconds;
  const words = Object.assign(document.createElement("span"), { textContent: text });
  toast.append(icon(ICONS[tone] ?? ICONS.ok), words);
  if (undo) toast.append(undoForm(undo));
  region.append(toast);
  leaveLater(toast);
}

function leaveLater(toast) {
  let timer;
  const go = () => { timer = setTimeout(() => toast.remove(), Number(toast.dataset.toast) * 1000); };
  // Nobody is hurried: while it is read or about to be pressed, it stays.
  for (const stay of ["pointerenter", "focusin"]) toast.addEventListener(stay, () => clearTimeout(timer));
  for (const leave of ["pointerleave", "focusout"]) toast.addEventListener(leave, go);
  go();
}

document.body.addEventListener("muster:toast", ({ detail }) => (detail.toasts ?? []).forEach(show));
attach("[data-toast]", leaveLater);
// A deed that met no server, or a broken one, changes nothing on the page; silence would look like success.
for (const event of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(event, ({ detail }) => {
    if (detail?.requestConfig?.verb !== "get") show({ text: region.dataset.failed, tone: "warn", seconds: 20 });
  });
}

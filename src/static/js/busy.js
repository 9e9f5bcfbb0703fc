// A sent form cannot be sent twice; its button turns only after 300 ms, and after 8 s the page says what it waits for.
const SHOW_AFTER = 300;
const SLOW_AFTER = 8000;
const waiting = new Map();

function tellSlow(slow) {
  const words = document.querySelector("[data-slow]");
  if (words) words.hidden = !slow;
}

function settle(form) {
  const state = waiting.get(form);
  if (!state) return;
  clearTimeout(state.show);
  clearTimeout(state.slow);
  state.button?.removeAttribute("aria-busy");
  waiting.delete(form);
  if (waiting.size === 0) tellSlow(false);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented && !form.hasAttribute("hx-post")) return;
  if (form.method === "dialog" || form.hasAttribute("data-repeatable")) return;
  if (waiting.has(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  const button = event.submitter;
  waiting.set(form, {
    button,
    show: setTimeout(() => button?.setAttribute("aria-busy", "true"), SHOW_AFTER),
    slow: setTimeout(() => tellSlow(true), SLOW_AFTER),
  });
});

document.addEventListener("htmx:afterRequest", ({ target }) => settle(target.closest?.("form") ?? target));
// A page that comes back from the history was left in the middle of a deed that is over.
addEventListener("pageshow", () => [...waiting.keys()].forEach(settle));

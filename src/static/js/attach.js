// Starts a behavior on every element that asks for it, now and in every fragment that arrives later.
const started = new WeakMap();

function startIn(root, selector, start) {
  const found = root.matches?.(selector) ? [root] : [];
  for (const element of [...found, ...root.querySelectorAll(selector)]) {
    const done = started.get(element) ?? new Set();
    if (done.has(start)) continue;
    started.set(element, done.add(start));
    start(element);
  }
}

export function attach(selector, start) {
  startIn(document, selector, start);
  for (const event of ["htmx:load", "muster:swapped"]) {
    document.addEventListener(event, ({ target, detail }) => startIn(detail?.elt ?? target, selector, start));
  }
}

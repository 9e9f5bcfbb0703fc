// Minus and plus of a number field. Without a script the field itself is the control, so the buttons start hidden.
import { attach } from "./attach.js";

export function stepped(value, by, low, high) {
  const number = Number.isFinite(value) ? value : low;
  return Math.max(low, Math.min(high, number + by));
}

function start(root) {
  const input = root.querySelector("input");
  const [less, more] = root.querySelectorAll("button");
  const go = (by) => {
    input.value = stepped(Number.parseInt(input.value, 10), by, Number(input.min || 0), Number(input.max || 9999));
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  for (const [button, by] of [[less, -1], [more, 1]]) {
    button.hidden = false;
    button.addEventListener("click", () => go(by));
  }
}

if (typeof document !== "undefined") attach("[data-step]", start);

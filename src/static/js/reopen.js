// <button data-reopen="42" data-reopen-words="Send again in {} s">: shut until the seconds are over, and says how long.
// Without this script the button is open, and the server says no in a sentence.
import { attach } from "./attach.js";

function start(button) {
  const label = button.querySelector("[data-reopen-label]");
  const words = label.textContent;
  let left = Number(button.dataset.reopen);

  const tick = () => {
    button.disabled = left > 0;
    label.textContent = left > 0 ? button.dataset.reopenWords.replace("{}", left) : words;
    if (left > 0) setTimeout(tick, 1000);
    left -= 1;
  };
  tick();
}

if (typeof document !== "undefined") attach("[data-reopen]", start);

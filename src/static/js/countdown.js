// "in 18 min" goes on counting. The words come from the page, so they are in its language.
import { attach } from "./attach.js";

export function words(milliseconds, said) {
  const minutes = Math.floor(milliseconds / 60000);
  if (minutes < 1) return said.now;
  const hours = Math.floor(minutes / 60);
  const length = hours ? said.hours.replace("{h}", hours).replace("{m}", minutes % 60) : said.minutes.replace("{m}", minutes);
  return said.in.replace("{}", length);
}

function start(time) {
  const end = Date.parse(time.dateTime);
  const draw = () => {
    const left = end - Date.now();
    if (left < 48 * 3600000) time.textContent = words(left, time.dataset);
    if (left > 0) setTimeout(draw, Math.min(left, 20000));
    else time.dispatchEvent(new CustomEvent("muster:due", { bubbles: true }));
  };
  draw();
}

if (typeof document !== "undefined") attach("[data-countdown]", start);

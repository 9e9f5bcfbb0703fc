// <div data-rotate="/post/K7M/code/" data-rotate-seconds="17">: a code that is fetched anew when its time is over.
// The server says in data-rotate-seconds how long the shown one still holds; the bar [data-rotate-bar] runs down.
import { attach } from "./attach.js";

const STEP = 30;
const RETRY = 3000;

export function left(until, now, step = STEP) {
  return Math.max(0, Math.min(100, ((until - now) / (step * 1000)) * 100));
}

function start(root) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let until = Date.now() + Number(root.dataset.rotateSeconds) * 1000;
  let asking = false;

  const draw = () => {
    if (still) return;
    root.querySelector("[data-rotate-bar]")?.setAttribute("width", `${left(until, Date.now()).toFixed(1)}%`);
  };

  const renew = async () => {
    if (asking || document.hidden) return;
    asking = true;
    try {
      const answer = await fetch(root.dataset.rotate, { headers: { "HX-Request": "true" }, cache: "no-store" });
      const door = answer.headers.get("HX-Redirect");
      if (door) return location.assign(door);
      if (!answer.ok) throw new Error(String(answer.status));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-rotate]");
      root.replaceChildren(...fresh.childNodes);
      until = Date.now() + Number(fresh.dataset.rotateSeconds) * 1000;
      root.removeAttribute("data-rotate-stale");
    } catch {
      root.setAttribute("data-rotate-stale", "");
      until = Date.now() + RETRY;
    }
    asking = false;
  };

  setInterval(() => { draw(); if (Date.now() >= until) renew(); }, 500);
  document.addEventListener("visibilitychange", () => { if (!document.hidden && Date.now() >= until) renew(); });
}

if (typeof document !== "undefined") attach("[data-rotate]", start);

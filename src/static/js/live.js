// <section data-live="/desk/callups/K7M/funnel/" data-live-seconds="5">: asks for its own newer version.
// Parts with an id are exchanged one by one, and only those that differ. A part under the pointer or the keyboard waits;
// until then the element [data-live-held] says how many. A hidden tab asks nothing. An unchanged page costs a 304.
import { attach } from "./attach.js";

const SLOWEST = 60;

export function pause(failures, seconds) {
  return Math.min(SLOWEST, seconds * 2 ** failures);
}

const inUse = (part) => part.contains(document.activeElement) || part.matches(":hover");

function exchange(part, fresh) {
  part.replaceWith(fresh);
  fresh.dispatchEvent(new CustomEvent("muster:swapped", { bubbles: true }));
  globalThis.htmx?.process(fresh);
}

// Numbers that stand still look like numbers that are true: somebody has to say that they are old.
function tellLost() {
  const words = document.querySelector("[data-live-lost]");
  if (words) words.hidden = document.querySelector("[data-live-stale]") === null;
}

function start(root) {
  const seconds = Number(root.dataset.liveSeconds || 5);
  const held = new Map();
  let etag = "";
  let failures = 0;
  let timer;

  const tellHeld = () => {
    const words = root.querySelector("[data-live-held]");
    if (!words) return;
    words.hidden = held.size === 0;
    words.textContent = words.dataset.liveHeld.replace("{}", held.size);
  };

  const take = (html) => {
    const page = new DOMParser().parseFromString(`<body>${html}</body>`, "text/html");
    for (const fresh of page.querySelectorAll("[id]")) {
      if (fresh.parentElement.closest("[id]")) continue;
      const part = document.getElementById(fresh.id);
      if (!part || !root.contains(part) || part.outerHTML === fresh.outerHTML) continue;
      held.set(fresh.id, document.adoptNode(fresh));
    }
    release();
  };

  const release = () => {
    for (const [id, fresh] of held) {
      const part = document.getElementById(id);
      if (part && inUse(part)) continue;
      held.delete(id);
      if (part) exchange(part, fresh);
    }
    tellHeld();
  };

  const ask = async () => {
    clearTimeout(timer);
    if (document.hidden) return;
    try {
      // A desk that nobody sits at is signed out although its page asks on; a wall board ([data-live-stays]) is not.
      const idle = "liveStays" in root.dataset ? {} : { "Muster-Poll": "1" };
      const headers = { "HX-Request": "true", ...idle, ...(etag && { "If-None-Match": etag }) };
      const answer = await fetch(root.dataset.live, { headers, cache: "no-store", credentials: "same-origin" });
      const door = answer.headers.get("HX-Redirect");
      if (door) return location.assign(door);
      failures = answer.ok || answer.status === 304 ? 0 : failures + 1;
      if (answer.ok) {
        etag = answer.headers.get("ETag") ?? "";
        take(await answer.text());
      }
    } catch {
      failures += 1;
    }
    root.toggleAttribute("data-live-stale", failures > 1);
    tellLost();
    timer = setTimeout(ask, pause(failures, seconds) * 1000);
  };

  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  root.addEventListener("pointerleave", release, true);
  root.addEventListener("focusout", () => setTimeout(release));
  timer = setTimeout(ask, seconds * 1000);
}

if (typeof document !== "undefined") attach("[data-live]", start);

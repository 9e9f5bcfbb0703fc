// The server's time, counted on by this device: a device whose clock is wrong still shows the right one.
import { attach } from "./attach.js";

const two = (number) => String(number).padStart(2, "0");

export function face(instant, zoneMinutes, seconds) {
  const local = new Date(instant + zoneMinutes * 60000);
  const parts = [local.getUTCHours(), local.getUTCMinutes()];
  if (seconds) parts.push(local.getUTCSeconds());
  return parts.map(two).join(":");
}

export function zoneOf(iso) {
  const found = /([+-])(\d\d):?(\d\d)$/.exec(iso);
  return found ? Number(`${found[1]}1`) * (Number(found[2]) * 60 + Number(found[3])) : 0;
}

function start(time) {
  const ahead = Date.parse(time.dateTime) - Date.now();
  const zone = zoneOf(time.dateTime);
  const seconds = time.dataset.clock === "seconds";
  setInterval(() => { time.textContent = face(Date.now() + ahead, zone, seconds); }, 1000);
}

if (typeof document !== "undefined") attach("[data-clock]", start);

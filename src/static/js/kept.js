// <form data-keep="words">: what was typed and met the sign-in door instead of the deed is put back when the person is
// back, with those words above the form. It stays in this tab only, for half an hour; hidden fields and passwords never do.
import { attach } from "./attach.js";

const KEY = "muster-kept";
const MOST_AGE = 30 * 60 * 1000;
const NEVER = ["hidden", "password", "file", "submit", "button"];

export function typed(elements) {
  return [...elements]
    .filter(({ name, type }) => name && !NEVER.includes(type))
    .map(({ name, type, value, checked }) => (["checkbox", "radio"].includes(type) ? [name, value, checked] : [name, value]));
}

export function fill(elements, fields) {
  return [...elements].filter((element) => {
    const isChoice = ["checkbox", "radio"].includes(element.type);
    const field = fields.find(([name, value]) => name === element.name && (!isChoice || value === element.value));
    if (!field || NEVER.includes(element.type)) return false;
    const [was, property] = isChoice ? [field[2], "checked"] : [field[1], "value"];
    if (element[property] === was) return false;
    element[property] = was;
    return true;
  });
}

// What becomes of the record on a page: at the door it waits, behind it it is put back once, elsewhere it is done with.
export function next(record, isDoor, now) {
  if (!record || now - record.at > MOST_AGE) return null;
  if (isDoor) return { ...record, atDoor: true };
  return record.atDoor ? record : null;
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

function write(record) {
  try {
    if (record) sessionStorage.setItem(KEY, JSON.stringify(record));
    else sessionStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing for pages keeps nothing here either.
  }
}

const pathOf = (form) => new URL(form.getAttribute("action") || location.href, location.href).pathname;

function start(form) {
  const record = read();
  if (record?.atDoor && record.path === pathOf(form)) {
    for (const element of fill(form.elements, record.fields)) {
      element.closest("details")?.setAttribute("open", "");
      element.dispatchEvent(new Event("input", { bubbles: true }));
    }
    const words = Object.assign(document.createElement("p"), { className: "note note-ok mb-3", textContent: form.dataset.keep });
    words.setAttribute("role", "status");
    form.before(words);
    write(null);
  }
  form.addEventListener("submit", () => write({ path: pathOf(form), at: Date.now(), fields: typed(form.elements) }));
}

if (typeof document !== "undefined") {
  write(next(read(), Boolean(document.querySelector("[data-door]")), Date.now()));
  attach("form[data-keep]", start);
}

// <textarea data-roster>: says at once how many lines there are and how many cannot be right. The server has the last word.
import { attach } from "./attach.js";

export function counted(text) {
  const lines = text.normalize("NFKC").split(/\n/).map((line) => line.trim()).filter(Boolean);
  const looksRight = (line) => /1[3-9]\d(?:[ -]?\d{4}){2}/.test(line) && /\p{L}{2,}/u.test(line);
  const isHeading = (line, place) => place === 0 && !/\d{5}/.test(line);
  const people = lines.filter((line, place) => !isHeading(line, place));
  return { lines: people.length, bad: people.filter((line) => !looksRight(line)).length };
}

function start(box) {
  const figure = document.querySelector("[data-roster-count]");
  if (!figure) return;
  const draw = () => {
    const { lines, bad } = counted(box.value);
    figure.textContent = lines ? figure.dataset.words.replace("{}", lines).replace("{}", bad) : "";
  };
  box.addEventListener("input", draw);
  draw();
}

if (typeof document !== "undefined") attach("[data-roster]", start);

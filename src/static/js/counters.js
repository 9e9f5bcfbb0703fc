// Figures that follow what is entered: data-sum-of adds numbers, data-count-of counts ticks, data-amount-of adds their data-amount.
import { attach } from "./attach.js";

export function sum(values) {
  return values.reduce((total, value) => total + (Number.parseInt(value, 10) || 0), 0);
}

const ticked = (name) => [...document.querySelectorAll(`[data-count="${name}"]:checked`)];

const READ = {
  sumOf: (name) => sum([...document.querySelectorAll(`[data-sum="${name}"]`)].map((input) => input.value)),
  countOf: (name) => ticked(name).length,
  amountOf: (name) => sum(ticked(name).map((input) => input.dataset.amount)),
};

function start(figure) {
  const key = Object.keys(READ).find((kind) => kind in figure.dataset);
  const draw = () => { figure.textContent = READ[key](figure.dataset[key]); };
  document.addEventListener("input", draw);
  document.addEventListener("change", draw);
  draw();
}

if (typeof document !== "undefined") attach("[data-sum-of], [data-count-of], [data-amount-of]", start);

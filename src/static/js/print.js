// <button data-print hidden>: prints the page. Hidden without scripts, where the browser's own menu does it.
import { attach } from "./attach.js";

attach("[data-print]", (button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});

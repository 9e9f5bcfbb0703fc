// <button data-copy="text" data-copied="Copied">: puts the text on the clipboard and says so.
import { attach } from "./attach.js";

function start(button) {
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      // Without the right to the clipboard the text is shown selected, to be copied by hand.
      const field = Object.assign(document.createElement("input"), { value: button.dataset.copy, readOnly: true });
      field.className = "form-control";
      button.after(field);
      field.select();
      return;
    }
    const label = button.querySelector("[data-label]") ?? button;
    const before = label.textContent;
    label.textContent = button.dataset.copied;
    setTimeout(() => { label.textContent = before; }, 2000);
  });
}

attach("[data-copy]", start);

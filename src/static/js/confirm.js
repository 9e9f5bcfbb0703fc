// Asks once before a deed that many would notice: <button data-confirm="38 people will be told.">.
import { attach } from "./attach.js";

function start(button) {
  const dialog = document.querySelector("[data-confirm-dialog]");
  if (!dialog?.showModal) return;
  let agreed = false;
  button.addEventListener("click", (event) => {
    if (agreed) {
      agreed = false;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    dialog.querySelector("p").textContent = button.dataset.confirm;
    dialog.querySelector("[data-confirm-yes]").textContent = button.textContent.trim();
    dialog.returnValue = "no";
    dialog.showModal();
    dialog.addEventListener("close", () => {
      button.focus();
      if (dialog.returnValue !== "yes") return;
      agreed = true;
      button.click();
    }, { once: true });
  }, { capture: true });
}

attach("[data-confirm]", start);

// <input type="hidden" name="clock" data-clock-now>: the time of this phone at the moment of the tap, for the record only.
document.addEventListener("submit", ({ target }) => {
  for (const input of target.querySelectorAll("[data-clock-now]")) input.value = Date.now();
}, { capture: true });

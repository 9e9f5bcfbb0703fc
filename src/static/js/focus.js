// A form that came back puts its summary under the eye and the keyboard.
import { attach } from "./attach.js";

attach("[data-focus]", (summary) => summary.focus({ preventScroll: false }));

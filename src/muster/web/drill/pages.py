"""What a simulated person sees: the forms, links and marks of a page, as a browser would read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Button:
    """What pressing it adds to the form."""

    name: str
    value: str
    words: str = ""
    label: str = ""


@dataclass
class PageForm:
    """One form as it stands on the page: where it goes, what it holds, what can be pressed."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)

    def filled(self, changes: Mapping[str, str | list[str]]) -> dict[str, list[str]]:
        """The fields as the page holds them, with these changes."""
        changed = {name: [value] if isinstance(value, str) else value for name, value in changes.items()}
        return {**self.fields, **changed}


class NoSuchForm(Exception):
    """The page has no such form: whoever wrote the page changed it, or the page is not the one expected."""


@dataclass
class PageRead:
    """A page that was read."""

    forms: list[PageForm] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    text: str = ""

    def form(self, action_part: str = "", *, holding: str = "") -> PageForm:
        """The first form whose address contains `action_part` and which has the field or button `holding`."""
        for form in self.forms:
            names = {*form.fields, *(button.name for button in form.buttons)}
            if action_part in form.action and (not holding or holding in names):
                return form
        raise NoSuchForm(
            f"no form to {action_part!r} holding {holding!r}; there are {[f.action for f in self.forms]}"
        )

    def form_here(self) -> PageForm:
        """The first form that is sent to the address of the page itself."""
        for form in self.forms:
            if not form.action:
                return form
        raise NoSuchForm(f"no form to the page itself; there are {[form.action for form in self.forms]}")

    def forms_to(self, action_part: str, *, naming: str = "") -> list[PageForm]:
        """All forms whose address contains `action_part`, and where `naming` is given, whose button names that person."""
        return [
            form
            for form in self.forms
            if action_part in form.action and any(naming in button.label for button in form.buttons)
        ]

    def links_to(self, part: str) -> list[str]:
        """The addresses of the page that contain `part`, each once, in their order."""
        return list(dict.fromkeys(link for link in self.links if part in link))


def read(html: str) -> PageRead:
    """The page as far as a simulated person cares."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.page.text = " ".join("".join(reader.words).split())
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = PageRead()
        self.words: list[str] = []
        self._form: PageForm | None = None
        self._select = ""
        self._option: str | None = None
        self._chosen: list[str] = []
        self._first: str | None = None
        self._many = False
        self._area = ""
        self._area_text: list[str] = []
        self._button: Button | None = None
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag in {"script", "style", "svg"}:
            self._silent += 1
        elif tag == "a" and told.get("href"):
            self.page.links.append(told["href"])
        elif tag == "form":
            self._form = PageForm(told.get("action", ""), told.get("method", "get").lower())
            self.page.forms.append(self._form)
        elif self._form is not None and "disabled" not in told:
            self._control(self._form, tag, told)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "svg"} and self._silent:
            self._silent -= 1
        elif tag == "form":
            self._form = None
        elif tag == "select" and self._select and self._form is not None:
            chosen = self._chosen or ([self._first] if self._first is not None and not self._many else [])
            self._form.fields[self._select] = chosen
            self._select = ""
        elif tag == "textarea" and self._area and self._form is not None:
            self._form.fields[self._area] = ["".join(self._area_text).removeprefix("\n")]
            self._area = ""
        elif tag == "button":
            self._button = None

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area_text.append(data)
        elif not self._silent:
            self.words.append(data + " ")
            if self._button is not None:
                self._button.words = f"{self._button.words} {data}".strip()

    def _control(self, form: PageForm, tag: str, told: dict[str, str]) -> None:
        name, kind = told.get("name", ""), told.get("type", "text").lower()
        if tag == "button":
            self._button = Button(name, told.get("value", ""), label=told.get("aria-label", ""))
            form.buttons.append(self._button)
        elif tag == "option" and self._select:
            value = told.get("value", "")
            self._first = value if self._first is None else self._first
            if "selected" in told:
                self._chosen.append(value)
        elif not name:
            return
        elif tag == "input" and kind in {"checkbox", "radio"}:
            held = form.fields.setdefault(name, [])
            if "checked" in told:
                held.append(told.get("value", "on"))
        elif tag == "input" and kind != "submit":
            form.fields.setdefault(name, []).append(told.get("value", ""))
        elif tag == "select":
            self._select, self._chosen, self._first, self._many = name, [], None, "multiple" in told
        elif tag == "textarea":
            self._area, self._area_text = name, []

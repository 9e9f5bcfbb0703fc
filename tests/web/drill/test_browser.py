"""A simulated person's browser against a real server that sometimes dies."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from muster.toolkit import server_clock
from muster.toolkit.refusal import Refused
from muster.web.drill.browser import Browser, Server, Unexpected, knock

FORM = """<form method="post" action="/answer/?a=1"><input type="hidden" name="token" value="T">
<input name="word" value="w"><button name="answer" value="yes">I can</button></form>"""


@dataclass
class Site:
    url: str = ""
    faults: list[int | None] = field(default_factory=list)  # a status, or None to hang up
    seen: list[tuple[str, str, str, dict[str, str]]] = field(default_factory=list)
    servers: list[Server] = field(default_factory=list)


@pytest.fixture
def site() -> Iterator[Site]:
    state = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.answer("")

        def do_POST(self) -> None:
            self.answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def answer(self, body: str) -> None:
            fault = state.faults.pop(0) if state.faults else 200
            if fault is None:
                self.close_connection = True
                return
            state.seen.append((self.command, self.path, body, dict(self.headers)))
            moved = fault == 302 or (self.command == "POST" and fault == 200)
            self.send_response(303 if moved and fault == 200 else fault)
            if moved:
                self.send_header("Location", "/done/")
            self.send_header("Set-Cookie", "who=me; Path=/")
            page = FORM.encode()
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            """Nothing: a request is no line of the test's output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        state.url = f"http://127.0.0.1:{server.server_port}"
        yield state
        for one in state.servers:
            one.close()
        server.shutdown()


def browser(site: Site, patience: float = 5) -> Browser:
    site.servers.append(Server(site.url, patience=patience, sleep=lambda _seconds: None))
    return Browser(site.servers[-1])


def test_form_is_sent_as_it_stands_with_the_button_and_followed(site: Site) -> None:
    person = browser(site)
    opened = person.get("http://public.example/first/?x=1")
    form = opened.page().form("/answer/")

    answer = person.press(opened, form, form.buttons[0], changes={"word": "新"})

    assert [(method, path, body) for method, path, body, _ in site.seen] == [
        ("GET", "/first/?x=1", ""),
        ("POST", "/answer/?a=1", "token=T&word=%E6%96%B0&answer=yes"),
        ("GET", "/done/", ""),
    ]
    assert (answer.status, answer.path) == (200, "/done/")
    assert site.seen[1][3]["Cookie"] == "who=me"


def test_time_that_is_played_travels_signed(site: Site) -> None:
    at = datetime(2026, 12, 5, 6, 10, tzinfo=UTC)

    browser(site).get("/post/", at=at)
    browser(site).get("/post/")

    assert server_clock.read(site.seen[0][3][server_clock.HEADER]) == at
    assert server_clock.HEADER not in site.seen[1][3]


@pytest.mark.parametrize("fault", [500, 502, 503, None])
def test_fault_is_survived_and_counted(site: Site, fault: int | None) -> None:
    site.faults = [fault, fault]
    person = browser(site)

    assert person.get("/page/").status == 200
    assert (person.server.requests, person.server.faults) == (3, 2)


def test_refusal_is_an_answer_and_not_a_fault(site: Site) -> None:
    site.faults = [409]
    person = browser(site)

    assert person.get("/page/").status == 409
    assert person.server.faults == 0


def test_patience_ends(site: Site) -> None:
    site.faults = [500] * 10_000

    with pytest.raises(Unexpected, match="GET /page/: http 500"):
        browser(site, patience=0.2).get("/page/?secret=1")


def test_browsers_share_connections_and_no_cookies(site: Site) -> None:
    first = browser(site)
    first.get("/a/")
    Browser(first.server).get("/b/")

    assert "Cookie" not in site.seen[1][3]


def test_page_that_an_answer_leads_to_is_asked_for_again_and_not_the_answer(site: Site) -> None:
    person = browser(site)
    opened = person.get("/first/")
    form = opened.page().form("/answer/")
    site.faults = [200, 500, None, 200]

    answer = person.press(opened, form, form.buttons[0])

    assert [(method, path) for method, path, *_ in site.seen[1:]] == [
        ("POST", "/answer/?a=1"),
        ("GET", "/done/"),
        ("GET", "/done/"),
    ]
    assert (answer.path, person.server.faults) == ("/done/", 2)


def test_tap_without_an_answer_is_sent_again_as_it_was(site: Site) -> None:
    person = browser(site)
    opened = person.get("/first/")
    form = opened.page().form("/answer/")
    site.faults = [None, 503]

    person.press(opened, form, form.buttons[0], changes={"word": "新"})

    bodies = [body for method, _path, body, _headers in site.seen if method == "POST"]
    assert bodies == ["token=T&word=%E6%96%B0&answer=yes"] * 2
    assert person.server.faults == 2


def test_pages_that_lead_to_each_other_for_ever_are_given_up(site: Site) -> None:
    site.faults = [302] * 50

    with pytest.raises(Unexpected, match="GET /page/: led on for ever"):
        browser(site).get("/page/")


@pytest.mark.parametrize(
    ("statuses", "code"),
    [([400, 200], None), ([200], "drill_clock_off"), ([400, 400], "another_copy")],
    ids=["ours", "looks at no clock", "another key"],
)
def test_server_is_looked_over_before_anything_is_done(
    site: Site, statuses: list[int | None], code: str | None
) -> None:
    site.faults = statuses
    server = Server(site.url, sleep=lambda _seconds: None)
    site.servers.append(server)

    if code is None:
        knock(server)
    else:
        with pytest.raises(Refused) as refused:
            knock(server)
        assert refused.value.code == code
        assert site.url in refused.value.message
    assert {path for _method, path, *_ in site.seen} == {"/healthz"}
    clocks = [headers[server_clock.HEADER] for *_, headers in site.seen]
    assert clocks[0] == "0.forged"
    assert all(server_clock.read(clock) for clock in clocks[1:])


@pytest.mark.parametrize(
    "faults",
    [[None] * 9, [502] * 9, [404] * 9],
    ids=["hangs up", "a proxy without a server", "another program"],
)
def test_nobody_who_answers_as_muster_does_is_a_refusal(site: Site, faults: list[int | None]) -> None:
    site.faults = faults
    server = Server(site.url, sleep=lambda _seconds: None)
    site.servers.append(server)

    with pytest.raises(Refused) as refused:
        knock(server)

    assert refused.value.code == "nobody_answers"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "nowhere", "http://", "ftp://127.0.0.1"])
def test_address_that_leads_nowhere_is_a_refusal(url: str) -> None:
    server = Server(url, sleep=lambda _seconds: None)

    with pytest.raises(Refused) as refused:
        knock(server)

    server.close()
    assert refused.value.code == "nobody_answers"


def test_short_silence_at_the_door_is_waited_for(site: Site) -> None:
    site.faults = [None, 503, 400, 200]
    server = Server(site.url, sleep=lambda _seconds: None)
    site.servers.append(server)

    knock(server)

    assert len(site.seen) == 3

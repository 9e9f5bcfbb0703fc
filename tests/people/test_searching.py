"""A search for a person leaves no name and no number in an address, which histories and logs keep."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.test import Client

from muster.people.enums import ForceClass
from muster.people.forms.desk import SearchForm
from muster.toolkit import crypto
from muster.toolkit.searching import asked_of
from tests.people.asking import searched
from tests.world import HERE, World, make_person

LISTS = ["/desk/people/", "/desk/accounts/"]


@pytest.fixture
def client(world: World) -> Client:
    return world.client_for("worker")


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("wanted", ["陈秀英", "130 0000 0013", "11010519491231002X"])
def test_the_address_of_the_results_tells_nothing(client: Client, address: str, wanted: str) -> None:
    response = client.post(address, {"q": wanted})

    assert response.status_code == 302
    assert wanted not in unquote(response["Location"])
    assert wanted in client.get(response["Location"]).content.decode()


@pytest.mark.parametrize("address", LISTS)
def test_a_search_in_clear_is_not_answered(client: Client, address: str) -> None:
    response = client.get(f"{address}?q=陈秀英")

    assert response.context["is_filtered"] is False


@pytest.mark.parametrize("sealed", ["x", "1.a.k1.AAAA", "", "陈"])
def test_an_address_that_we_did_not_seal_shows_everybody(client: Client, sealed: str) -> None:
    response = client.get("/desk/people/", {"s": sealed})

    assert response.status_code == 200
    assert response.context["is_filtered"] is False


def test_a_sealed_field_of_the_register_is_not_opened_by_the_list(client: Client) -> None:
    sealed = crypto.encrypt("13000000013", place="people_person.phone")

    assert "13000000013" not in client.get("/desk/people/", {"s": sealed}).content.decode()


def test_other_filters_stay_legible_and_an_empty_search_leaves_none(client: Client) -> None:
    filtered = client.post("/desk/people/", {"q": " ", "force": "grid_worker", "after": "x"})
    cleared = client.post("/desk/people/", {"q": "", "force": ""})

    assert filtered["Location"] == "/desk/people/?force=grid_worker"
    assert cleared["Location"] == "/desk/people/"


def test_the_next_page_goes_on_with_the_same_search(client: Client) -> None:
    for number in range(52):
        make_person(f"诸葛{number}", f"137000{number:05d}", HERE, ForceClass.OTHER_AUXILIARY)
    first = searched(client, "/desk/people/", "?q=诸葛")

    following = (
        f"/desk/people/?{first.context['request'].GET.urlencode()}&after={first.context['page'].next_cursor}"
    )
    second = client.get(following)

    assert set(parse_qs(urlsplit(following).query)) == {"s", "after"}
    assert [len(first.context["rows"]), len(second.context["rows"])] == [50, 2]


def test_far_too_much_is_refused_in_the_form_and_searches_nothing(client: Client) -> None:
    response = searched(client, "/desk/people/", f"?q={'诸' * 5_000}")

    assert response.status_code == 200
    assert response.context["form"].errors["q"]
    assert response.context["is_filtered"] is False


def test_what_was_looked_for_is_read_field_by_field() -> None:
    read = SearchForm({"q": " 诸葛 ", "force": "grid_worker"})
    unreadable = SearchForm({"q": "诸" * 61, "force": "grid_worker"})

    assert asked_of(read) == {"q": "诸葛", "force": "grid_worker"}
    assert asked_of(unreadable) == {"q": "", "force": ""}
    assert asked_of(SearchForm({})) == {"q": "", "force": ""}

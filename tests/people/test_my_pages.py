"""One's own pages: what is on file about me, what I agree to, and who looked."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from muster.kernel.spans import period_bit
from muster.notifications.models import Preference
from muster.people.actions import consents, skills
from muster.people.models import Consent, ConsentText, VolunteerProfile
from muster.people.queries import reveal
from muster.toolkit.actor import SYSTEM
from tests.people.asking import text
from tests.world import CAST, EVERYBODY, STRANGER, World

PROFILE, CONSENT, STATE, LOOKED = (
    "/my/profile/",
    "/my/profile/consent/",
    "/my/profile/state/",
    "/my/disclosures/",
)


@pytest.fixture(autouse=True)
def texts(db: None) -> None:
    consents.load_texts()
    skills.load_skills()


@pytest.mark.parametrize("name", EVERYBODY)
@pytest.mark.parametrize("url", [PROFILE, LOOKED])
def test_everybody_has_their_own_pages_and_a_stranger_is_led_to_the_door(
    world: World, name: str, url: str
) -> None:
    assert world.client_for(name).get(url).status_code == (302 if name == STRANGER else 200)


@pytest.mark.parametrize("url", [CONSENT, STATE, PROFILE])
def test_stranger_changes_nothing(world: World, url: str) -> None:
    assert (
        world.client_for(STRANGER).post(url, {"purpose": "unit_sharing", "answer": "give"}).status_code == 404
    )


class TestProfile:
    def said(self, **changes: Any) -> dict[str, Any]:
        return {
            "emergency_willing": "no",
            "task_kinds": ["delivery", "registration"],
            "skills": ["first_aid"],
            "week": ["1", "26"],
            "quiet_from_minute": "22:30",
            "quiet_to_minute": "07：00",
            "channel": "sms",
            **changes,
        }

    @pytest.mark.req("R4.7")
    def test_what_one_says_is_kept(self, world: World) -> None:
        response = world.client_for("volunteer").post(PROFILE, self.said())

        kept = VolunteerProfile.objects.get(person=world.person("volunteer"))
        assert response.status_code == 302
        assert (kept.emergency_willing, kept.task_kinds, kept.skills) == (
            "no",
            ["delivery", "registration"],
            ["first_aid"],
        )
        assert kept.availability == period_bit(0, 1) | period_bit(6, 2)
        assert (kept.quiet_from_minute, kept.quiet_to_minute) == (1350, 420)
        assert Preference.objects.get(person_id=kept.person_id).channel == "sms"

    def test_page_shows_what_was_kept(self, world: World) -> None:
        client = world.client_for("volunteer")
        client.post(PROFILE, self.said())

        page = text(client.get(PROFILE))

        assert 'value="22:30"' in page
        assert page.count('name="week"') == 28
        for slot in (1, 26):
            assert f'name="week" value="{slot}" checked' in page
        assert 'name="week" value="0" checked' not in page

    def test_channel_can_be_left_to_the_community_again(self, world: World) -> None:
        client = world.client_for("volunteer")
        client.post(PROFILE, self.said())

        client.post(PROFILE, self.said(channel=""))

        assert not Preference.objects.exists()

    def test_what_one_can_do_without_is_kept_shown_and_taken_back(self, world: World) -> None:
        client = world.client_for("volunteer")
        client.post(PROFILE, self.said(unwanted=["remind"]))

        page = text(client.get(PROFILE))

        silent = Preference.objects.filter(channel="")
        assert [(one.person_id, one.topic) for one in silent] == [(world.person("volunteer").pk, "remind")]
        assert re.search(r'name="unwanted" value="remind"[^>]*checked', page)
        assert not re.search(r'name="unwanted" value="thanked"[^>]*checked', page)
        client.post(PROFILE, self.said())
        assert not Preference.objects.filter(channel="").exists()

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"unwanted": ["offer"]}, "unwanted"),
            ({"quiet_from_minute": "25:00"}, "quiet_from_minute"),
            ({"quiet_from_minute": "ten"}, "quiet_from_minute"),
            ({"quiet_to_minute": ""}, "quiet_from_minute"),
            ({"skills": ["juggling"]}, "skills"),
            ({"week": ["28"]}, "week"),
            ({"health_limits": ["no_night"]}, "health_limits"),
            ({"channel": "group_bot"}, "channel"),
        ],
    )
    def test_wrong_answer_stands_beside_its_field_and_nothing_is_kept(
        self, world: World, changes: dict[str, Any], field: str
    ) -> None:
        response = world.client_for("volunteer").post(PROFILE, self.said(**changes))

        assert response.status_code == 422
        assert list(response.context["form"].errors) == [field]
        assert VolunteerProfile.objects.get(person=world.person("volunteer")).task_kinds == []

    @pytest.mark.req("R2.6")
    def test_limits_are_kept_after_a_consent_of_their_own(self, world: World) -> None:
        client, me = world.client_for("volunteer"), world.person("volunteer")
        client.post(CONSENT, {"purpose": "health_limits", "answer": "give"})

        client.post(PROFILE, self.said(health_limits=["no_night", "no_stairs"]))

        assert VolunteerProfile.objects.get(person=me).health_limits == ["no_night", "no_stairs"]
        client.post(CONSENT, {"purpose": "health_limits", "answer": "withdraw"})
        assert VolunteerProfile.objects.get(person=me).health_limits == []

    def test_one_changes_only_oneself(self, world: World) -> None:
        other = world.volunteer(1)

        world.client_for("volunteer").post(PROFILE, self.said(person=other.pk, code=other.code))

        assert VolunteerProfile.objects.get(person=other).task_kinds == []


class TestConsent:
    def test_agreeing_to_serve_makes_a_volunteer(self, world: World) -> None:
        client, me = world.client_for("guard"), world.person("guard")
        assert 'name="week"' not in text(client.get(PROFILE))

        client.post(CONSENT, {"purpose": "volunteer_service", "answer": "give"})

        assert VolunteerProfile.objects.get(person=me).state == "active"
        assert Consent.objects.get(person=me).given_through == "page"
        assert 'name="week"' in text(client.get(PROFILE))

    def test_taking_it_back_ends_being_called_and_agreeing_again_returns(self, world: World) -> None:
        client, me = world.client_for("volunteer"), world.person("volunteer")
        client.post(CONSENT, {"purpose": "volunteer_service", "answer": "give"})

        client.post(CONSENT, {"purpose": "volunteer_service", "answer": "withdraw"})
        gone = VolunteerProfile.objects.get(person=me).state
        client.post(CONSENT, {"purpose": "volunteer_service", "answer": "give"})

        assert (gone, VolunteerProfile.objects.get(person=me).state) == ("left", "active")
        assert Consent.objects.filter(person=me).count() == 2

    def test_taking_back_twice_is_refused_in_a_sentence(self, world: World) -> None:
        response = world.client_for("volunteer").post(
            CONSENT, {"purpose": "unit_sharing", "answer": "withdraw"}
        )

        assert response.status_code == 409

    @pytest.mark.parametrize(
        "said", [{}, {"purpose": "everything", "answer": "give"}, {"purpose": "unit_sharing"}]
    )
    def test_unreadable_answer_changes_nothing(self, world: World, said: dict[str, str]) -> None:
        assert world.client_for("volunteer").post(CONSENT, said).status_code == 302
        assert not Consent.objects.exists()

    def test_page_says_when_the_words_have_changed(self, world: World) -> None:
        client = world.client_for("volunteer")
        client.post(CONSENT, {"purpose": "unit_sharing", "answer": "give"})
        ConsentText.objects.create(
            purpose="unit_sharing",
            version=3,
            language="zh-hans",
            title="新标题",
            body="新文字",
            legal_basis="consent",
            published_at=timezone.now(),
        )

        page = text(client.get(PROFILE))

        assert "新标题" in page
        assert page.count('value="give"') == 3


class TestState:
    def test_one_may_rest_and_come_back(self, world: World) -> None:
        client, me = world.client_for("volunteer"), world.person("volunteer")

        client.post(STATE, {"state": "paused"})
        resting = VolunteerProfile.objects.get(person=me).state
        client.post(STATE, {"state": "active"})

        assert (resting, VolunteerProfile.objects.get(person=me).state) == ("paused", "active")

    @pytest.mark.parametrize("state", ["left", "", "boss"])
    def test_leaving_goes_by_consent_only(self, world: World, state: str) -> None:
        world.client_for("volunteer").post(STATE, {"state": state})

        assert VolunteerProfile.objects.get(person=world.person("volunteer")).state == "active"


class TestWhoLooked:
    def test_each_reading_is_shown_to_the_one_it_is_about(self, world: World) -> None:
        """Fails when `reveal` no longer records."""
        me = world.person("volunteer")
        reveal(me, "phone", "address", actor=world.actor("worker"), purpose="call_up")

        page = text(world.client_for("volunteer").get(LOOKED))

        assert "周敏（蜀汉街社区" in page
        assert page.count("周敏（") == 2
        assert "13000000013" not in page

    def test_nobody_else_reads_my_list(self, world: World) -> None:
        reveal(world.person("volunteer"), "phone", actor=world.actor("worker"), purpose="call_up")

        for name in CAST:
            shown = "周敏（" in text(world.client_for(name).get(LOOKED))
            assert shown == (name == "volunteer"), name

    def test_reading_oneself_leaves_no_line(self, world: World) -> None:
        me = world.person("volunteer")

        clear = reveal(me, "phone", actor=world.actor("volunteer"), purpose="identity")

        assert clear == {"phone": "13000000013"}
        assert "phone" not in text(world.client_for("volunteer").get(LOOKED)).split("<main")[1]

    def test_reading_needs_a_known_field_and_a_purpose(self, world: World) -> None:
        me = world.person("volunteer")

        with pytest.raises(ValueError, match="is_party_member"):
            reveal(me, "is_party_member", actor=SYSTEM, purpose="call_up")
        with pytest.raises(ValueError, match="purpose"):
            reveal(me, "phone", actor=SYSTEM, purpose="")

    def test_long_list_goes_on_and_costs_the_same(self, world: World) -> None:
        me, client = world.person("volunteer"), world.client_for("volunteer")
        reveal(me, "phone", actor=world.actor("worker"), purpose="call_up")
        client.get(LOOKED)
        with CaptureQueriesContext(connection) as one:
            client.get(LOOKED)
        for _ in range(60):
            reveal(me, "phone", actor=world.actor("worker"), purpose="call_up")

        with CaptureQueriesContext(connection) as many:
            response = client.get(LOOKED)

        assert len(one) == len(many)
        assert len(response.context["readings"]) == 50
        following = client.get(LOOKED, {"after": response.context["page"].next_cursor})
        assert len(following.context["readings"]) == 11

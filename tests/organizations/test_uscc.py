"""The unified social credit code (norms.md E.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.organizations import rules
from muster.organizations.enums import UnitKind
from muster.toolkit.refusal import Refused

VECTORS = ("91110000600037341L", "91350100M000100Y43")


def made(prefix: str, division: str = "510107", body: str = "MA6C0000") -> str:
    """A code of that prefix with both of its check characters right."""
    inner = body + rules.inner_check_character(body)
    front = prefix + division + inner
    return front + rules.check_character(front)


@pytest.mark.parametrize("code", VECTORS)
def test_the_vectors_of_the_norm_pass(code: str) -> None:
    assert rules.parse_uscc(code).value == code


@pytest.mark.parametrize("code", VECTORS)
def test_any_one_character_changed_is_refused(code: str) -> None:
    for place, was in enumerate(code):
        for other in rules.ALPHABET:
            if other == was:
                continue
            with pytest.raises(Refused) as refused:
                rules.parse_uscc(code[:place] + other + code[place + 1 :])
            assert refused.value.code in {"uscc_check", "uscc_characters"}


def test_the_inner_check_is_looked_at_by_itself() -> None:
    wrong = "MA6C0000" + ("1" if rules.inner_check_character("MA6C0000") != "1" else "2")
    front = "91510107" + wrong
    with pytest.raises(Refused) as refused:
        rules.parse_uscc(front + rules.check_character(front))

    assert refused.value.code == "uscc_check"


@pytest.mark.parametrize("prefix", ["A1", "N2", "Y1", "11", "54", "81", "93"])
def test_every_registering_authority_passes(prefix: str) -> None:
    code = made(prefix)

    assert rules.parse_uscc(code) == rules.Uscc(code, "510107", code[8:17], rules.parse_uscc(code).kind)


@pytest.mark.parametrize(
    ("prefix", "kind"),
    [
        ("11", UnitKind.PUBLIC_BODY),
        ("12", UnitKind.PUBLIC_BODY),
        ("51", UnitKind.SOCIAL_ORGANIZATION),
        ("54", UnitKind.SOCIAL_ORGANIZATION),
        ("91", UnitKind.ENTERPRISE),
        ("N1", UnitKind.ENTERPRISE),
        ("A1", None),
        ("Y1", None),
    ],
)
def test_the_first_characters_say_the_kind(prefix: str, kind: UnitKind | None) -> None:
    assert rules.parse_uscc(made(prefix)).kind == kind


def test_small_letters_full_width_and_spaces_are_forgiven() -> None:
    assert rules.parse_uscc(" ９１１１ 0000-6000-3734 1l ").value == "91110000600037341L"


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "uscc_length", "18 characters; 18 are missing."),
        ("91110000600037341", "uscc_length", "18 characters; 1 is missing."),
        ("91110000600037341LL", "uscc_length", "this is 1 too many."),
        ("9111000060003734IL", "uscc_characters", "I cannot be in a social credit code"),
        ("91A10000600037341L", "uscc_characters", "third to eighth characters"),
        ("91110000600037341K", "uscc_check", "Compare it with the license."),
    ],
)
def test_what_is_wrong_is_said(text: str, code: str, words: str, settings: object) -> None:
    from django.utils import translation  # noqa: PLC0415 - the sentence is read in one language

    with translation.override("en"), pytest.raises(Refused) as refused:
        rules.parse_uscc(text)

    assert refused.value.code == code
    assert words in refused.value.message


@given(
    st.text(alphabet=rules.ALPHABET, min_size=8, max_size=8),
    st.sampled_from(["91", "12", "N2", "Y1", "A1", "52"]),
)
def test_a_code_made_by_the_norm_is_accepted(body: str, prefix: str) -> None:
    code = made(prefix, body=body)

    assert rules.parse_uscc(code.lower()).value == code

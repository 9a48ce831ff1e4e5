"""Mapping other models' labels to the console's."""

import pytest

from core.errors import ConfigError, ModelNotUsable
from core.inference.local.label_names import map_labels, parse_label_map
from core.moderation.scores import Label


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("toxic", Label.TOXICITY),
        ("Toxicity", Label.TOXICITY),
        ("severe_toxic", Label.SEVERE_TOXICITY),
        ("severe-toxicity", Label.SEVERE_TOXICITY),
        ("identity hate", Label.IDENTITY_ATTACK),
        ("identity_attack", Label.IDENTITY_ATTACK),
        ("obscene", Label.OBSCENE),
        ("non-toxic", None),
        ("neutral", None),
        ("spam", "spam"),
        ("Very Rude", "Very Rude"),
    ],
)
def test_usual_names(name: str, meaning: object) -> None:
    assert map_labels(["insult" if name != "insult" else "threat", name])[1] == meaning


def test_declared_names_go_before_the_usual_ones() -> None:
    declared = parse_label_map("toxic=insult")
    assert map_labels(["toxic", "other"], declared) == (Label.INSULT, "other")


def test_a_declaration_forgives_spaces_and_case() -> None:
    expected = {"very_rude": Label.INSULT, "hate": Label.IDENTITY_ATTACK}
    assert parse_label_map(" Very Rude = insult , hate=identity_attack") == expected


@pytest.mark.parametrize("text", ["toxic", "toxic=", "=insult", "toxic=rude", "toxic=insult,", ","])
def test_a_declaration_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="MODCONSOLE_LABELS has"):
        parse_label_map(text)


def test_a_declared_name_the_model_has_not_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"names 'hate'; .* are toxic, mild"):
        map_labels(["toxic", "mild"], parse_label_map("hate=insult"))


def test_two_names_of_one_label_are_refused() -> None:
    with pytest.raises(ModelNotUsable, match=r"\(toxic, toxicity\) mean toxicity"):
        map_labels(["toxic", "toxicity"])


def test_no_known_name_is_refused() -> None:
    with pytest.raises(ModelNotUsable, match="LABEL_0, LABEL_1"):
        map_labels(["LABEL_0", "LABEL_1"])

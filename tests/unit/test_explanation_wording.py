"""The texts of an explanation on the review page."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.moderation.scores import Label
from core.services.explain import Explained, explain_revision, explain_text
from dashboard.review import wording
from tests.factories import CLEAN, HELD, MODERATOR, REMOVED, make_services, scored


@pytest.fixture
def services(tmp_path: Path):
    opened = make_services(tmp_path)
    yield opened
    opened.close()


def explained(services: Services, text: str) -> Explained:
    revision = scored(services, text)
    return explain_revision(services.context, MODERATOR, services.explainer, revision.id)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HELD, "Without “idiot” it would not have been held: insult 0.02, toxicity 0.02."),
        (
            REMOVED,
            "Without “moron” it would not have been removed: toxicity 0.02, insult 0.02.",
        ),
        (
            "idiot idiot idiot idiot",
            "Without any three of its heaviest words it would still be held.",
        ),
        (CLEAN, "By these scores it would be approved."),
    ],
)
def test_what_would_have_to_go(services: Services, text: str, line: str) -> None:
    assert wording.remedy_line(explained(services, text)) == line


def test_the_pieces_are_the_text_with_the_telling_words_marked(services: Services) -> None:
    found = explained(services, HELD)
    assert wording.marked_pieces(found, 1000) == [
        ("You ", 0),
        ("idiot", 3),
        (", read the article first.", 0),
    ]
    assert wording.marked_pieces(found, 6) == [("You ", 0), ("id", 3)]
    assert wording.marked_pieces(found, 3) == [("You", 0)]


def test_a_weaker_word_has_a_weaker_mark(services: Services) -> None:
    text = "damn idiot, you"
    found = explain_text(services.context, services.explainer, text, Label.TOXICITY)
    assert [strength for _, strength in wording.marked_pieces(found, 1000)] == [1, 0, 3, 0]


def test_the_rows_name_the_label_a_word_speaks_for(services: Services) -> None:
    (row,) = wording.word_rows(explained(services, HELD))
    assert (row.word, row.label, row.without, row.alone) == ("idiot", "insult", 0.02, 0.95)
    assert wording.word_rows(explained(services, CLEAN)) == []


def test_rows_are_few_and_short(services: Services) -> None:
    text = " ".join(["idiot"] * 9) + " " + "x" * 60
    assert len(wording.word_rows(explained(services, text))) == wording.SHOWN_WORDS


def test_the_caveats_of_an_explanation_are_shown(services: Services) -> None:
    found = explained(services, HELD)
    assert wording.caveat_line(found) == ""
    other = replace(found, model_version="fake-2")
    assert wording.caveat_line(other) == "Decided by fake-1: these are the words of fake-2."
    assert found.decision is not None
    unscored = replace(found, decision=replace(found.decision, scores={}))
    assert "Nothing was scored when it was decided" in wording.caveat_line(unscored)
    raised = {label: score + 0.25 for label, score in found.decision.scores.items()}
    moved = replace(found, decision=replace(found.decision, scores=raised))
    assert wording.caveat_line(moved) == "A score differs by 0.25 from the one decided on."
    cut = replace(found, explanation=replace(found.explanation, unread=1200))
    assert wording.caveat_line(cut) == "The last 1,200 words are more than the model reads."

"""Explanations by the shipped model, checked by removing the marked words."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.bootstrap.services import Services, build_services
from core.config import Settings
from core.inference.explanation.words import Word, without
from core.moderation.decisions import judge
from core.moderation.policies import SEVERITY, Action
from core.services.explain import Explained, explain_text
from core.servinglog.record import Mode
from dashboard.review.wording import marked_pieces

pytestmark = pytest.mark.slow

SHOUTED = "REF ARE YOU FUCKING BLIND YOU ABSOLUTE COCK"
TEXTS = (
    SHOUTED,
    "You are a pathetic, stupid little man and a worthless idiot, and so is your whole family.",
    "Shut the fuck up, you dumb moron. Nobody wants to hear your bullshit, you clown.",
    "WHAT A LOAD OF CRAP, YOU LYING PIECE OF SHIT",
    "go and die in a fire, you absolute waste of space",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    home: Path = tmp_path_factory.mktemp("words")
    made = build_services(Settings(home=home), worker="test")
    yield made
    made.close()


def explained(site: Services, text: str) -> Explained:
    return explain_text(site.context, site.explainer, text)


def strongest(found: Explained) -> list[str]:
    return [piece for piece, strength in marked_pieces(found, 10_000) if strength == 3]


def action_of(site: Services, text: str) -> Action:
    with site.context.store.read() as reader:
        policy = reader.policy_in_force()
    (result,) = site.explainer.score([text], Mode.EXPLAIN)
    return judge(result.scores, policy).action


def test_the_words_people_would_name_are_marked(site: Services) -> None:
    marks = marked_pieces(explained(site, SHOUTED), 10_000)
    assert {"FUCKING", "BLIND", "COCK"} <= {piece for piece, strength in marks if strength}
    assert {"REF ARE ", " ABSOLUTE "} <= {piece for piece, strength in marks if not strength}


@pytest.mark.parametrize("text", TEXTS)
def test_capitals_change_no_mark(site: Services, text: str) -> None:
    marks = [
        [(piece.lower(), strength) for piece, strength in marked_pieces(explained(site, form), 999)]
        for form in (text, text.lower(), text.upper())
    ]
    assert marks[0] == marks[1] == marks[2]


@pytest.mark.parametrize("text", TEXTS)
def test_without_the_strongest_marks_a_milder_decision_follows_and_with_any_it_does_not(
    site: Services, text: str
) -> None:
    found = explained(site, text)
    carriers = found.explanation.carriers
    assert carriers, "the text is one whose words carry it"
    assert [text[word.start : word.end] for word in carriers] == strongest(found)
    whole = SEVERITY[action_of(site, text)]
    assert SEVERITY[action_of(site, without(text, carriers))] < whole
    for kept in carriers:
        fewer: list[Word] = [word for word in carriers if word != kept]
        assert SEVERITY[action_of(site, without(text, fewer))] == whole

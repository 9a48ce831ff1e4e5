"""Long comments with the shipped model: the end counts as the beginning does, at a bounded cost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.bootstrap.services import Services, build_services
from core.config import Settings
from core.moderation.comments import Revision
from core.moderation.decisions import DecisionSource, judge
from core.moderation.edits import automated_verdict
from core.moderation.policies import SEVERITY, Action, Policy
from core.services.explain import explain_text
from core.servinglog.record import Mode
from dashboard.review.wording import caveat_line, marked_pieces

pytestmark = pytest.mark.slow

ABUSE = "I will kill you, you fucking asshole."
HARMLESS = (
    "We repaired the fence behind the old house before the first snow came down from the hills, "
    "as in every other year.",
    "My neighbour grows beans and tomatoes on the balcony, and she always brings us a basket of "
    "them in the summer.",
    "The library on the corner opens at nine in the morning and has a quiet room with a view of "
    "the river and the park.",
    "After the meeting we walked along the canal to the station and took the slow train home "
    "through the villages.",
    "The new release of the compiler is a little faster than the one before, but it needs more "
    "memory on large projects.",
)
LONG = " ".join(HARMLESS * 4)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    home: Path = tmp_path_factory.mktemp("long")
    made = build_services(Settings(home=home), worker="test")
    yield made
    made.close()


def policy_of(site: Services) -> Policy:
    with site.context.store.read() as reader:
        return reader.policy_in_force()


def action_of(site: Services, text: str) -> Action:
    (result,) = site.explainer.score([text], Mode.EXPLAIN)
    return judge(result.scores, policy_of(site)).action


@pytest.mark.parametrize(
    "text",
    [f"{LONG} {ABUSE}", f"{ABUSE} {LONG}", f"{LONG} {ABUSE} {LONG}", f"{LONG[:1_100]} {ABUSE}"],
    ids=["at the end", "at the beginning", "in the middle", "after a page"],
)
def test_harmless_text_around_abuse_does_not_hide_it(site: Services, text: str) -> None:
    assert action_of(site, LONG) is Action.APPROVE
    assert SEVERITY[action_of(site, text)] >= SEVERITY[action_of(site, ABUSE)]


def test_the_passage_that_spoke_is_explained_in_its_place(site: Services) -> None:
    text = f"{LONG} {ABUSE} {LONG}"
    found = explain_text(site.context, site.explainer, text)
    at = text.index(ABUSE)
    assert found.passage is not None
    # The window that spoke may begin inside the sentence: neighbours overlap.
    assert found.passage.start < at + len(ABUSE) <= found.passage.end
    assert found.passage.end - found.passage.start < len(text) / 2
    pieces = marked_pieces(found, len(text))
    assert "".join(piece for piece, _ in pieces) == text
    strongest = [
        (len("".join(p for p, _ in pieces[:n])), piece)
        for n, (piece, strength) in enumerate(pieces)
        if strength == 3
    ]
    assert strongest
    assert all(at <= start < at + len(ABUSE) for start, _ in strongest)
    assert f"characters {found.passage.start + 1:,} to" in caveat_line(found)


def test_a_million_characters_cost_no_more_than_the_limit_and_are_held(site: Services) -> None:
    text = f"{LONG}\n" * (1_000_000 // (len(LONG) + 1) + 1)
    backend = site.explainer.backend
    answer = backend.score([text])
    (result,) = answer.results
    assert result.unread_chars > 900_000
    info = backend.info
    assert (answer.call.tokens or 0) <= info.max_tokens * info.max_windows
    verdict, source = automated_verdict(
        result.scores,
        policy_of(site),
        Revision("r", "c", 1, text, text, "REF", site.clock.now()),
        [],
        failure_action=Action.HOLD,
        unread_chars=result.unread_chars,
    )
    assert (verdict.action, source) == (Action.HOLD, DecisionSource.NOT_READ_WHOLE)


def test_fifty_thousand_characters_of_english_are_read_whole(site: Services) -> None:
    text = (f"{LONG}\n" * 30)[: 50_000 - len(ABUSE)] + ABUSE
    (result,) = site.explainer.backend.score([text]).results
    assert result.unread_chars == 0
    assert any(passage.end > 49_000 for passage in result.passages.values())

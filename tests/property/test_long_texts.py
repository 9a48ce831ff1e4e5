"""A long text is read to its end: more harmless text around abuse never makes a decision milder."""

from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from core.inference.base import ErrorKind, Passage, TextResult
from core.inference.explanation.passages import locate, outside
from core.inference.fake import WORDS, FakeBackend
from core.inference.long_texts import join_windows
from core.inference.remote.passages import cut_passages
from core.inference.text.form import model_text, readings
from core.moderation.cleaning import HIDDEN_HEADING
from core.moderation.decisions import judge, judge_read
from core.moderation.policies import SEVERITY, Action
from core.moderation.scores import Label
from tests.cutting_backend import READS, WindowedBackend
from tests.policies import fixed_policy

POLICY = fixed_policy(datetime(2026, 11, 1, tzinfo=UTC))
HARMLESS = st.lists(
    st.sampled_from(["good", "morning,", "dear", "reader.", "<b>bold</b>", "&amp;"])
)
ABUSE = st.sampled_from([f"You {word}." for word in WORDS])


def action(text: str, read_chars: int = 50_000) -> Action:
    (result,) = WindowedBackend(read_chars).score([text]).results
    return judge_read(result.scores, POLICY, unread_chars=result.unread_chars).action


@given(HARMLESS, ABUSE, HARMLESS)
def test_harmless_text_around_abuse_never_lowers_the_action(
    before: Sequence[str], abuse: str, after: Sequence[str]
) -> None:
    alone = judge(FakeBackend().score([abuse]).results[0].scores, POLICY).action
    whole = action(" ".join([*before, abuse, *after]))
    assert SEVERITY[whole] >= SEVERITY[alone]


def test_a_window_that_could_not_be_scored_leaves_the_text_without_scores() -> None:
    good = TextResult(scores={Label.TOXICITY: 0.1})
    bad = TextResult(error="no", error_kind=ErrorKind.BAD_SCORE)
    assert join_windows([good, bad], [Passage(0, 9), Passage(5, 14)], 0) is bad


def test_what_a_window_leaves_unread_is_unread_of_the_text() -> None:
    cut = TextResult(scores={Label.TOXICITY: 0.1}, unread_chars=3)
    assert join_windows([cut], [Passage(0, 9)], 4).unread_chars == 7


@given(HARMLESS, ABUSE, st.integers(1, 400))
def test_a_text_is_approved_only_if_all_of_it_was_read(
    before: Sequence[str], abuse: str, read_chars: int
) -> None:
    text = " ".join([*before, abuse])
    if action(text, read_chars) is Action.APPROVE:
        assert len(text) <= read_chars
        assert action(text) is Action.APPROVE


@given(HARMLESS, ABUSE, HARMLESS)
def test_the_passage_that_gave_a_label_its_score_is_found_in_the_text(
    before: Sequence[str], abuse: str, after: Sequence[str]
) -> None:
    text = " ".join([*before, abuse, *after])
    form = model_text(text)
    for passage in cut_passages(form, READS, 50_000):
        place = locate(text, Passage(passage.start, passage.end, reading=0))
        inside = form[passage.start : passage.end]
        assert set(inside.split()) <= set(model_text(text[place.start : place.end]).split())
        rest = outside(text, place).split()
        assert [*text[: place.start].split(), *text[place.end :].split()] == rest


@given(HARMLESS, ABUSE, HARMLESS)
def test_a_passage_of_any_reading_is_found_in_the_part_it_is_a_reading_of(
    before: Sequence[str], abuse: str, after: Sequence[str]
) -> None:
    shown = " ".join([*before, "k\u0456ll", abuse])
    hidden = " ".join([*after, "you", "v\u0435rmin"])
    text = f"{shown}\n\n{HIDDEN_HEADING}\n{hidden}"
    hidden_from = len(shown)
    for number, form in enumerate(readings(text)):
        for passage in cut_passages(form, READS, 50_000):
            place = locate(text, Passage(passage.start, passage.end, reading=number))
            inside = set(form[passage.start : passage.end].split())
            found = text[place.start : place.end]
            assert any(inside <= set(way.split()) for way in readings(found))
            assert place.start >= hidden_from or place.end <= hidden_from

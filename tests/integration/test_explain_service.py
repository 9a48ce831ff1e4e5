"""Explanations of decisions: for which labels, by which thresholds, by which model."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.cli.explanation import as_data, as_lines
from core.errors import BackendError, InvalidInput, NotFound, PermissionDenied
from core.inference.base import BackendInfo, Location
from core.inference.fake import POISON, WORDS, FakeBackend
from core.inference.scorer import Scorer
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.services.explain import (
    MOST_REMOTE_TEXTS,
    explain_revision,
    explain_text,
    find_comment,
)
from core.servinglog.record import Mode, ServingRecord
from tests.cutting_backend import WindowedBackend
from tests.factories import CLEAN, HELD, MODERATOR, REMOVED, make_services, posted, scored


class Kept:
    """A serving log in memory."""

    def __init__(self) -> None:
        self.records: list[ServingRecord] = []

    def write(self, record: ServingRecord) -> None:
        self.records.append(record)

    def close(self) -> None: ...


class Successor(FakeBackend):
    """The same scores under another model version."""

    @property
    def info(self) -> BackendInfo:
        return replace(super().info, model_version="fake-2", max_tokens=0)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = make_services(tmp_path)
    yield opened
    opened.close()


def test_a_held_comment_is_explained_for_what_it_was_held_for(services: Services) -> None:
    revision = scored(services, HELD)
    found = explain_revision(services.context, MODERATOR, services.explainer, revision.id)
    assert found.labels == (Label.INSULT, Label.TOXICITY)
    assert found.action is Action.HOLD
    with services.context.store.read() as reader:
        policy = reader.newest_policy()
    assert policy is not None
    held_from = {label: policy.thresholds(label)[Action.HOLD] for label in found.labels}
    assert found.thresholds == held_from
    assert found.decision is not None
    assert dict(found.explanation.scores) == dict(found.decision.scores)
    assert found.drift == 0.0
    assert found.passage is None
    remedy = found.explanation.remedy
    assert remedy is not None
    assert [revision.text[word.start : word.end] for word in remedy.words] == ["idiot"]


def test_without_its_words_a_removal_would_have_been_milder(services: Services) -> None:
    revision = scored(services, REMOVED)
    found = explain_revision(services.context, MODERATOR, services.explainer, revision.id)
    assert found.action is Action.REMOVE
    assert found.explanation.remedy is not None


def test_a_comment_nobody_objected_to_is_explained_for_toxicity(services: Services) -> None:
    revision = scored(services, CLEAN)
    found = explain_revision(services.context, MODERATOR, services.explainer, revision.id)
    assert found.labels == (Label.TOXICITY,)
    assert found.action is Action.APPROVE
    assert found.explanation.remedy is None
    assert found.thresholds[Label.TOXICITY] > found.explanation.scores[Label.TOXICITY]


def test_a_comment_not_decided_yet_is_explained_by_the_policy_in_force(services: Services) -> None:
    revision = posted(services, HELD)
    found = explain_revision(services.context, MODERATOR, services.explainer, revision.id)
    assert found.decision is None
    assert found.labels == (Label.INSULT, Label.TOXICITY)


def test_one_label_is_explained_by_itself(services: Services) -> None:
    text = "You idiot, I will kill it"
    both = explain_text(services.context, services.explainer, text)
    threat = explain_text(services.context, services.explainer, text, Label.THREAT)
    assert threat.labels == (Label.THREAT,)
    assert threat.explanation.remedy is not None
    assert [text[w.start : w.end] for w in threat.explanation.remedy.words] == ["kill"]
    assert both.explanation.remedy is not None
    assert len(both.explanation.remedy.words) == 2


def test_markup_is_gone_before_words_are_counted(services: Services) -> None:
    found = explain_text(services.context, services.explainer, "You <b>id</b>iot&#33;")
    assert found.text == "You idiot!"
    assert len(found.explanation.parts) == 2


def test_another_model_than_the_one_that_decided_is_named(services: Services) -> None:
    revision = scored(services, HELD)
    other = Scorer(Successor(), Kept(), services.clock)
    found = explain_revision(services.context, MODERATOR, other, revision.id)
    assert found.decision is not None
    assert (found.decision.model_version, found.model_version) == ("fake-1", "fake-2")


def test_the_labels_are_the_decisions_own_when_the_model_thinks_otherwise_now(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    revision = scored(services, HELD)
    monkeypatch.setitem(WORDS, "idiot", {Label.THREAT: 0.5})
    found = explain_revision(services.context, MODERATOR, services.explainer, revision.id)
    assert found.labels == (Label.INSULT, Label.TOXICITY)
    assert found.drift == pytest.approx(0.93)


def test_every_call_is_recorded_as_an_explanation_and_the_first_is_the_text_alone(
    services: Services,
) -> None:
    log = Kept()
    explain_text(services.context, Scorer(FakeBackend(), log, services.clock), HELD)
    assert {record.mode for record in log.records} == {Mode.EXPLAIN}
    assert log.records[0].batch_size == 1
    assert len(log.records) <= 3


@pytest.mark.parametrize(
    ("text", "label", "error"),
    [
        ("", None, InvalidInput),
        ("<b></b>", None, InvalidInput),
        ("x" * 50_001, None, InvalidInput),
        ("fine", Label.SEVERE_TOXICITY, InvalidInput),
        (f"fine {POISON}", None, BackendError),
    ],
)
def test_what_cannot_be_explained_says_why(services: Services, text, label, error) -> None:
    with pytest.raises(error):
        explain_text(services.context, services.explainer, text, label)


def test_a_backend_that_is_down_is_an_error_and_no_explanation(services: Services) -> None:
    backend = FakeBackend()
    backend.is_down = True
    with pytest.raises(BackendError, match="down"):
        explain_text(services.context, Scorer(backend, Kept(), services.clock), HELD)


def test_an_explanation_is_for_those_who_may_see_the_queue(services: Services) -> None:
    revision = scored(services, HELD)
    with pytest.raises(PermissionDenied):
        explain_revision(
            services.context, Actor("sam", Role.AUTHOR), services.explainer, revision.id
        )


def test_an_explanation_of_nothing_is_not_found(services: Services) -> None:
    with pytest.raises(NotFound):
        explain_revision(services.context, MODERATOR, services.explainer, "nothing")


def test_a_comment_is_found_by_its_own_id_and_by_its_reference(services: Services) -> None:
    revision = scored(services, HELD)
    with services.context.store.read() as reader:
        comment = reader.comment(revision.comment_id)
    assert comment is not None
    assert find_comment(services.context, "test", comment.source_id) == revision.id
    assert find_comment(services.context, "site", revision.reference.lower()) == revision.id
    with pytest.raises(NotFound):
        find_comment(services.context, "site", comment.source_id)


@pytest.mark.parametrize(
    ("location", "is_capped"), [(Location.REMOTE, True), (Location.IN_PROCESS, False)]
)
def test_a_service_elsewhere_is_sent_a_bounded_number_of_texts(
    services: Services, location: Location, is_capped: bool
) -> None:
    class Elsewhere(FakeBackend):
        @property
        def info(self) -> BackendInfo:
            return replace(super().info, location=location)

    log = Kept()
    text = " ".join(f"idiot{n} moron word{n}" for n in range(60))
    explain_text(services.context, Scorer(Elsewhere(), log, services.clock), text)
    sent = sum(record.batch_size for record in log.records)
    assert (sent <= MOST_REMOTE_TEXTS) is is_capped


FILLER = "What a lovely morning it was, dear reader. " * 10


@pytest.fixture
def windowed(services: Services) -> Scorer:
    return Scorer(WindowedBackend(), Kept(), services.clock)


def test_of_a_long_text_the_passage_that_spoke_is_explained(
    services: Services, windowed: Scorer
) -> None:
    text = f"{FILLER}You idiot. {FILLER}".strip()
    found = explain_text(services.context, windowed, text)
    assert found.passage is not None
    at = text.index("idiot")
    assert found.passage.start < at < found.passage.end <= found.passage.start + 120
    remedy = found.explanation.remedy
    assert remedy is not None
    assert [(word.start, word.end) for word in remedy.words] == [(at, at + 5)]
    assert all(part.end <= found.passage.end for part in found.explanation.parts)
    assert found.explanation.unread == 0
    assert as_data(found)["passage"] == {"start": found.passage.start, "end": found.passage.end}
    assert any("Read in parts" in line for line in as_lines(found))


def test_a_remedy_of_one_passage_is_none_if_another_is_as_bad(
    services: Services, windowed: Scorer
) -> None:
    found = explain_text(services.context, windowed, f"You idiot. {FILLER} You idiot.")
    assert found.action is Action.HOLD
    assert found.explanation.remedy is None
    assert found.explanation.carriers == ()


def test_the_scores_without_a_remedy_are_those_of_the_whole_text(
    services: Services, windowed: Scorer
) -> None:
    """`damn` elsewhere stays below the threshold, but it is the highest that is left."""
    found = explain_text(services.context, windowed, f"damn {FILLER} You idiot.", Label.TOXICITY)
    remedy = found.explanation.remedy
    assert remedy is not None
    assert remedy.scores[Label.TOXICITY] == WORDS["damn"][Label.TOXICITY]


def test_words_beyond_what_is_read_are_counted(services: Services) -> None:
    scorer = Scorer(WindowedBackend(read_chars=300), Kept(), services.clock)
    found = explain_text(services.context, scorer, f"You idiot. {FILLER}")
    whole = len(f"You idiot. {FILLER}".split())
    assert 0 < found.explanation.unread < whole

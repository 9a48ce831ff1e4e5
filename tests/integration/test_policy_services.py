"""Drafts of the policy: one person writes, another one publishes; and what a draft is tried on."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread

import pytest

from core.bootstrap.services import Services
from core.errors import (
    Conflict,
    ConsoleError,
    InvalidPolicy,
    NotFound,
    PermissionDenied,
    RuleBroken,
)
from core.moderation.audit import AuditKind
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.moderation.policy_bands import LabelBands, bands_of
from core.moderation.policy_drafts import MAX_NOTE_CHARS, DraftState, PolicyDraft
from core.moderation.policy_json import policy_digest
from core.moderation.scores import Label
from core.services.policy_drafts import (
    discard_policy_draft,
    draft_policy,
    propose_policy,
    publish_policy,
    roll_back_policy,
)
from core.services.review import undo_decision
from tests.factories import (
    HELD,
    LEAD,
    OTHER_LEAD,
    chain_of,
    decided,
    make_services,
    scored,
)
from tests.integration.policy_calls import (
    NOT_SCORED,
    WHY,
    begun,
    desk_of,
    proposed,
    publish_untried,
    published,
    tried,
)
from tests.state_checks import broken_invariants, place_of

THIRD = Actor("eva", Role.LEAD)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = make_services(tmp_path)
    yield made
    assert broken_invariants(place_of(made.settings)) == {}
    made.close()


def kinds(services: Services, subject: str) -> list[AuditKind]:
    with services.context.store.read() as reader:
        return [event.kind for event in reader.audit_trail(subject)]


def change(services: Services, draft: PolicyDraft, actor: Actor = LEAD, **changes) -> PolicyDraft:
    given = {"base_version": draft.base_version, "seen_version": draft.version} | changes
    bands = {Label.THREAT: LabelBands(0.123, None)}
    return draft_policy(services.context, actor, bands, **given)


def test_a_draft_that_another_person_publishes_comes_into_force(services: Services) -> None:
    first = desk_of(services).in_force
    draft, policy = published(services, hold=0.05)
    desk = desk_of(services)
    assert desk.in_force == policy
    assert policy.version == first.version + 1
    assert bands_of(policy)[NOT_SCORED] == LabelBands(0.05, None)
    assert bands_of(policy)[Label.INSULT] == bands_of(first)[Label.INSULT]
    version = desk.versions[0]
    assert version.draft is not None
    assert (version.draft.author, version.draft.ended_by) == ("lena", "ravi")
    assert version.draft.note == WHY
    assert desk.versions[1].policy == first == desk.version(1).policy == version.before
    assert desk.drafts == []
    assert kinds(services, draft.id) == [AuditKind.POLICY_DRAFTED, AuditKind.POLICY_PROPOSED]
    assert kinds(services, "2") == [AuditKind.POLICY_PUBLISHED]
    with services.context.store.read() as reader:
        drafted, event = reader.audit_trail(draft.id)[0], reader.audit_trail("2")[0]
    assert (event.data["draft"], event.data["author"]) == (draft.id, "lena")
    assert (drafted.actor, drafted.data["author"]) == ("lena", "lena")
    revision = scored(services, HELD)
    assert chain_of(services, revision)[-1].policy_version == 2


def test_nobody_publishes_their_own_draft(services: Services) -> None:
    draft = proposed(services)
    with pytest.raises(PermissionDenied, match="somebody else has to publish it"):
        publish_policy(services.context, LEAD, draft.id, draft.version)
    assert desk_of(services).in_force.version == 1


def test_what_was_not_proposed_is_not_published(services: Services) -> None:
    draft = begun(services)
    with pytest.raises(RuleBroken, match="lena has not proposed"):
        publish_policy(services.context, OTHER_LEAD, draft.id, draft.version)


def test_a_proposal_that_is_changed_is_a_draft_again(services: Services) -> None:
    draft = proposed(services)
    changed = change(services, draft)
    assert changed.state is DraftState.DRAFTED
    with pytest.raises(Conflict, match="changed after it was shown"):
        publish_policy(services.context, OTHER_LEAD, draft.id, draft.version)
    with pytest.raises(RuleBroken, match="has not proposed"):
        publish_policy(services.context, OTHER_LEAD, changed.id, changed.version)


def test_a_draft_that_was_overtaken_is_refused_and_can_begin_anew(services: Services) -> None:
    late = proposed(services, OTHER_LEAD)
    published(services, by=THIRD)
    words = "Version 2 came into force after this was begun from version 1"
    with pytest.raises(Conflict, match=words):
        publish_policy(services.context, LEAD, late.id, late.version)
    with pytest.raises(Conflict, match=words):
        propose_policy(services.context, OTHER_LEAD, late.id, late.version, WHY)
    with pytest.raises(Conflict, match=words):
        change(services, late, OTHER_LEAD)
    anew = change(services, late, OTHER_LEAD, base_version=2)
    again = propose_policy(services.context, OTHER_LEAD, anew.id, anew.version, WHY)
    assert publish_untried(services, LEAD, again).version == 3


def test_a_roll_back_is_a_proposal_of_what_an_earlier_version_says(services: Services) -> None:
    first = desk_of(services).in_force
    published(services)
    draft = roll_back_policy(services.context, LEAD, 1, WHY)
    assert (draft.state, draft.rolls_back_to) == (DraftState.PROPOSED, 1)
    with pytest.raises(PermissionDenied):
        publish_policy(services.context, LEAD, draft.id, draft.version)
    policy = publish_untried(services, OTHER_LEAD, draft)
    assert policy.version == 3
    assert policy_digest(policy) == policy_digest(first)
    assert [each.policy.version for each in desk_of(services).versions] == [3, 2, 1]
    with services.context.store.read() as reader:
        assert reader.audit_trail(draft.id)[0].data["rolls_back_to"] == "1"


def test_roll_backs_that_make_no_sense_are_refused(services: Services) -> None:
    with pytest.raises(NotFound, match="no version 7"):
        roll_back_policy(services.context, LEAD, 7, WHY)
    with pytest.raises(RuleBroken, match="says the same as version 1"):
        roll_back_policy(services.context, LEAD, 1, WHY)
    published(services)
    begun(services)
    with pytest.raises(Conflict, match="Discard it first"):
        roll_back_policy(services.context, LEAD, 1, WHY)


def test_a_person_has_one_open_draft(services: Services) -> None:
    draft = begun(services)
    bands = {Label.THREAT: LabelBands(0.3, None)}
    with pytest.raises(Conflict, match="You have an open draft already"):
        draft_policy(services.context, LEAD, bands, base_version=1)
    with pytest.raises(Conflict, match="changed after it was shown"):
        change(services, draft, seen_version=draft.version + 1)
    begun(services, OTHER_LEAD)
    assert [each.author for each in desk_of(services).drafts] == ["lena", "ravi"]


def test_only_its_author_changes_or_proposes_a_draft(services: Services) -> None:
    draft = begun(services)
    with pytest.raises(PermissionDenied, match="lena's draft; only they"):
        propose_policy(services.context, OTHER_LEAD, draft.id, draft.version, WHY)
    with pytest.raises(Conflict, match="was published or discarded"):
        change(services, draft, OTHER_LEAD)
    with pytest.raises(PermissionDenied, match="it was not proposed"):
        discard_policy_draft(services.context, OTHER_LEAD, draft.id, draft.version)
    with pytest.raises(NotFound):
        propose_policy(services.context, LEAD, "unknown", 1, WHY)


def test_a_draft_that_ended_stays_as_it_was(services: Services) -> None:
    draft = proposed(services)
    gone = discard_policy_draft(services.context, OTHER_LEAD, draft.id, draft.version)
    assert (gone.state, gone.ended_by) == (DraftState.DISCARDED, "ravi")
    for act in (
        lambda: publish_policy(services.context, THIRD, draft.id, gone.version),
        lambda: propose_policy(services.context, LEAD, draft.id, gone.version, WHY),
        lambda: discard_policy_draft(services.context, LEAD, draft.id, gone.version),
    ):
        with pytest.raises(Conflict, match="ravi has discarded"):
            act()
    done, _ = published(services)
    with pytest.raises(Conflict, match="ravi has published it as version 2"):
        publish_policy(services.context, THIRD, done.id, done.version)
    assert kinds(services, draft.id)[-1] is AuditKind.POLICY_DISCARDED


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("", "in a sentence why"),
        ("\u200b" * 40, "in a sentence why"),
        ("x" * (MAX_NOTE_CHARS + 1), "at most 500"),
        ("because\x00of this and that", "can't be stored"),
    ],
)
def test_a_proposal_says_why(services: Services, note: str, words: str) -> None:
    draft = begun(services)
    with pytest.raises(RuleBroken, match=words):
        propose_policy(services.context, LEAD, draft.id, draft.version, note)
    with pytest.raises(RuleBroken, match=words):
        roll_back_policy(services.context, OTHER_LEAD, 1, note)


def test_a_policy_that_contradicts_itself_is_no_draft(services: Services) -> None:
    bands = {Label.THREAT: LabelBands(0.8, 0.3)}
    with pytest.raises(InvalidPolicy, match="which is below"):
        draft_policy(services.context, LEAD, bands, base_version=1)
    assert desk_of(services).drafts == []


def test_what_changes_nothing_is_not_proposed(services: Services) -> None:
    same = dict(bands_of(desk_of(services).in_force))
    draft = draft_policy(services.context, LEAD, same, base_version=1)
    with pytest.raises(RuleBroken, match="says the same"):
        propose_policy(services.context, LEAD, draft.id, draft.version, WHY)


def test_drafts_are_not_for_who_may_not_try_them(services: Services) -> None:
    begun(services)
    assert desk_of(services, Actor("mina", Role.MODERATOR)).drafts == []
    assert len(desk_of(services, THIRD).drafts) == 1


def test_of_several_who_publish_at_once_one_does(services: Services) -> None:
    draft, start = proposed(services), Barrier(6)
    outcomes: list[object] = []

    def press(number: int) -> None:
        start.wait()
        try:
            who = Actor(f"lead-{number}", Role.LEAD)
            outcomes.append(publish_untried(services, who, draft).version)
        except ConsoleError as error:
            outcomes.append(type(error))

    threads = [Thread(target=press, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == sorted(map(str, [2, *[Conflict] * 5]))
    assert [each.policy.version for each in desk_of(services).versions] == [2, 1]


def test_a_trial_tells_what_would_have_been_decided_otherwise(services: Services) -> None:
    held = [scored(services, HELD) for _ in range(4)]
    decided(services, held[0], Action.REMOVE)
    decided(services, held[1], Action.APPROVE)
    decided(services, held[2], Action.REMOVE)
    undo_decision(services.context, Actor("mina", Role.MODERATOR), held[2].id, seen_version=2)
    trial = tried(services, LEAD)
    assert (trial.texts, trial.flips, trial.one_author) == (4, 4, 4)
    (group,) = trial.groups
    assert (group.before, group.after) == (Action.HOLD, Action.APPROVE)
    assert trial.held_a_day() == (4.0, 0.0)
    assert trial.hours_a_day() is None, "three decisions don't tell how long one takes"
    assert replace(trial, case_s=1_800.0).hours_a_day() == (2.0, 0.0)
    assert (trial.before.found, trial.after.rightly, trial.in_audits) == (None, None, 0)
    assert (trial.flipped.low, trial.flipped.high) == (0.25, 0.75)
    assert desk_of(services).in_force.version == 1, "nothing is changed"


def test_a_trial_of_nothing_says_so(services: Services) -> None:
    trial = tried(services, LEAD)
    assert (trial.texts, trial.flips, trial.since, trial.groups) == (0, 0, None, [])
    assert trial.held_a_day() == (0.0, 0.0)
    assert (trial.flipped.low, trial.flipped.high) == (0.0, 1.0)

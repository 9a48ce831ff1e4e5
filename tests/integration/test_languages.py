"""Comments in languages that the shipped model does not assess, from the post to the look-up."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from core.batch.score_file import score_file
from core.bootstrap.services import Services, build_services, file_scorer
from core.cli.main import main
from core.config import Settings
from core.errors import InvalidInput
from core.inference.fake import FakeBackend
from core.moderation.audit import AuditKind
from core.moderation.cases import CaseTrigger
from core.moderation.comments import IncomingComment
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.notices import DecidedBy, decided_by
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policies import Action, LanguageRule
from core.services.backends import Candidate, Catalogue, load_site_backends
from core.services.explain import explain_revision, explain_text
from core.services.lookup import look_up
from core.services.queries import load_case
from core.services.rescore import rescore
from core.services.score import score_waiting
from core.services.submit import Submitted
from core.serving.app import create_app
from tests.contract.remote_server import KEY, RemoteServer
from tests.factories import HELD, listed, posted
from tests.integration.numbered_comments import NOW
from tests.pages.backends_page import declare
from tests.submitting import submit

THREATS = [
    "Ich bringe dich um, du Schwein.",
    "Morgen stirbst du, das verspreche ich dir.",
    "Ich weiß, wo du wohnst, und ich werde dich töten.",
    "Ich stech dich ab, sobald ich dich sehe.",
    "Du wirst sterben, und ich werde dabei zusehen.",
]
THANKS = ["ขอบคุณมากครับ", "ขอบคุณสำหรับความช่วยเหลือ", "በጣም አመሰግናለሁ"]
LOOK_ALIKES = "І шілл кілл уоυ"
MODERATOR = Actor("mina", Role.MODERATOR)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    services = build_services(Settings(home=tmp_path_factory.mktemp("home")), worker="test")
    yield services
    services.close()


def submitted(services: Services, *texts: str) -> list[Submitted]:
    rows = [IncomingComment("site", text, text, "sam", NOW) for text in texts]
    return submit(services.context, services.scorer, rows)


def decisions(services: Services, *texts: str) -> list[Decision]:
    return [row.chain[-1] for row in submitted(services, *texts)]


def test_death_threat_in_german_is_never_called_clean(shipped: Services) -> None:
    for decision in decisions(shipped, *THREATS):
        assert (decision.action, decision.source) == (Action.HOLD, DecisionSource.LANGUAGE)
        assert decision.language == "de"


def test_thanks_in_thai_is_held_for_no_attack(shipped: Services) -> None:
    for row in submitted(shipped, *THANKS):
        decision = row.chain[-1]
        assert decision.source is DecisionSource.LANGUAGE
        assert (decision.scores, decision.rule_ids, decision.reason_code) == ({}, (), None)
        statement = look_up(shipped.context, row.revision.reference).statement
        assert decided_by(statement) is DecidedBy.LANGUAGE
        assert statement.unassessed_language == decision.language
        assert (statement.found_automatically, statement.facts) == (False, ())


def test_threat_in_look_alikes_is_not_approved(shipped: Services) -> None:
    unnamed, folded = decisions(shipped, LOOK_ALIKES, "І шіӏӏ кіӏӏ уоυ")
    assert unnamed.action is not Action.APPROVE
    assert folded.action is not Action.APPROVE
    assert folded.source is DecisionSource.RULE, "it is scored as a reader gets it"


def test_english_is_scored_as_before(shipped: Services) -> None:
    threat, thanks, short = decisions(
        shipped, "I will kill you, you pig.", "Thank you very much for your help.", "lol"
    )
    assert (threat.source, bool(threat.rule_ids)) == (DecisionSource.RULE, True)
    assert (thanks.source, thanks.action) == (DecisionSource.RULE, Action.APPROVE)
    assert (short.source, bool(short.scores)) == (DecisionSource.RULE, True)


def test_case_comes_after_all_others_and_says_why(services: Services) -> None:
    posted(services, THREATS[0])
    posted(services, HELD)
    (report,) = score_waiting(services.context, services.scorer)
    assert (report.decided, report.failed, report.languages) == (2, 0, {"de": 1})
    first, second = listed(services)
    assert (first.trigger, second.trigger) == (CaseTrigger.HOLD, CaseTrigger.LANGUAGE)
    assert (second.score, second.label) == (None, None)
    view = load_case(services.context, MODERATOR, second.revision_id)
    assert view.case.priority == 0.0
    assert (view.failure, view.automated.unassessed_language) == (None, "de")
    with services.context.store.read() as reader:
        events = reader.audit_trail(second.revision_id)
        count = reader.language_count(10)
    decided = next(event for event in events if event.kind is AuditKind.DECISION_AUTOMATED)
    assert (decided.data["error"], decided.data["failure_policy"]) == ("language", "")
    assert (count.comments, count.not_assessed) == (2, {"de": 1})
    ops, catalogue = Actor("ola", Role.OPS), Catalogue((Candidate("fake", "fake", None),), "fake")
    site = load_site_backends(services.context, ops, catalogue, calls=(), seen=(), checks={})
    assert site.languages == count


def test_policy_may_approve_a_language(services: Services) -> None:
    with services.context.store.write() as tx:
        policy = tx.policy_in_force()
        rules = (LanguageRule("th", Action.APPROVE),)
        policy = replace(policy, version=2, language_rules=rules)
        tx.add_policy(policy, services.context.audit(AuditKind.POLICY_STORED, SYSTEM, "2"))
    thai, german = decisions(services, THANKS[0], THREATS[0])
    assert (thai.action, thai.source) == (Action.APPROVE, DecisionSource.LANGUAGE)
    assert german.action is Action.HOLD


def test_nobody_is_shown_words_of_what_was_not_read(services: Services) -> None:
    (row,) = submitted(services, THREATS[0])
    with pytest.raises(InvalidInput, match="fake-1 does not assess the language of this comment"):
        explain_revision(services.context, MODERATOR, services.explainer, row.revision.id)
    with pytest.raises(InvalidInput, match="does not assess the language"):
        explain_text(services.context, services.explainer, THREATS[0])


def test_comment_of_an_outage_is_told_its_language_afterwards(services: Services) -> None:
    backend = services.full_model
    assert isinstance(backend, FakeBackend)
    backend.is_down = True
    rows = submitted(services, "Good morning.", THREATS[0])
    assert {row.chain[-1].source for row in rows} == {DecisionSource.FAILURE_POLICY}
    backend.is_down = False
    list(rescore(services.context, services.scorer))
    english, german = decisions(services, "Good morning.", THREATS[0])
    assert (english.source, english.action) == (DecisionSource.RULE, Action.APPROVE)
    assert (german.source, german.action) == (DecisionSource.LANGUAGE, Action.HOLD)


@pytest.fixture
def by_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Path, RemoteServer]]:
    """A home with a service for German beside the word list."""
    monkeypatch.setenv("TEST_KEY", KEY)
    with RemoteServer() as server:
        declare(tmp_path, server.url, "tei", languages=["de"])
        yield tmp_path, server


def test_backend_by_language_decides_on_its_language(
    by_language: tuple[Path, RemoteServer],
) -> None:
    home, _ = by_language
    services = build_services(Settings(home=home, backend="fake"), worker="test")
    german, english, thai = decisions(services, THREATS[0], "Good morning to you.", THANKS[0])
    assert (german.source, german.backend, german.language) == (DecisionSource.RULE, "tei", "de")
    assert german.scores
    assert (english.backend, thai.source) == ("fake", DecisionSource.LANGUAGE)
    services.close()


def test_outage_of_that_backend_is_the_failure_policys(
    by_language: tuple[Path, RemoteServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, _ = by_language
    monkeypatch.delenv("TEST_KEY")  # it can't be asked without its key
    services = build_services(Settings(home=home, backend="fake"), worker="test")
    german, english = decisions(services, THREATS[0], "Good morning to you.")
    assert (german.source, german.action) == (DecisionSource.FAILURE_POLICY, Action.HOLD)
    assert german.unassessed_language is None
    assert english.source is DecisionSource.RULE
    services.close()


def test_fallback_that_cannot_read_a_comment_does_not_call_it_clean(
    by_language: tuple[Path, RemoteServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service for every language is out, and the word list for English stands in."""
    home, server = by_language
    monkeypatch.delenv("TEST_KEY")
    declare(home, server.url, "tei")
    services = build_services(Settings(home=home, backend="tei", fallback="fake"), worker="test")
    german, english = decisions(services, THREATS[0], "Good morning to you.")
    assert (german.source, german.action) == (DecisionSource.FAILURE_POLICY, Action.HOLD)
    assert (english.source, english.backend) == (DecisionSource.RULE, "fake")
    services.close()


def test_file_tells_language_and_why_there_are_no_scores(tmp_path: Path) -> None:
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    path.write_text(f"text\n{THANKS[0]}\nGood morning to you all.\nVerpiss dich\nlol\n")
    report = score_file(path, "text", out, file_scorer(Settings(home=tmp_path, backend="fake")))
    assert (report.rows, report.scored, report.not_assessed) == (4, 2, 2)
    cells = [line.rsplit(",", 3) for line in out.read_text().splitlines()]
    assert [cell[1:] for cell in cells] == [
        ["detected_language", "unread_chars", "error"],
        ["th", "", "language not assessed: Thai"],
        ["en", "0", ""],
        ["und", "", "language not assessed: another language"],
        ["", "0", ""],
    ]


def test_api_tells_the_language(services: Services) -> None:
    with TestClient(create_app(services), base_url="http://127.0.0.1") as client:
        body = [{"id": "1", "text": THANKS[0]}, {"id": "2", "text": "Good morning to you all."}]
        thai, english = client.post("/v1/comments", json=body).json()["comments"]
        assert (thai["decision_source"], thai["language"]) == ("language", "th")
        assert (thai["action"], thai["scores"], thai["rule_ids"]) == ("hold", {}, [])
        assert english["language"] == "en"
        told = client.get(f"/v1/decisions/{thai['reference']}").json()
        assert (told["unassessed_language"], told["was_scored"]) == ("th", False)
        assert told["found_automatically"] is False


def test_vendors_endpoints_refuse_to_score_it_and_say_why(services: Services) -> None:
    with TestClient(create_app(services), base_url="http://127.0.0.1") as client:
        answer = client.post("/v1/moderations", json={"input": ["Good morning.", THANKS[0]]})
    assert answer.status_code == 424
    assert "Text 1 (from 0) is in Thai, which is not assessed here." in answer.text


def test_command_counts_the_languages(
    services: Services, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(services.settings.home))
    monkeypatch.setenv("MODCONSOLE_STATE_URL", services.settings.state_url)
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    for text in (THREATS[0], THREATS[1], THANKS[0], "Verpiss dich", HELD):
        posted(services, text)
    assert main(["score"]) == 0
    printed = capsys.readouterr().out
    assert "Scored 5 comments: 5 hold." in printed
    assert (
        "4 of them are not assessed because of their language: 2 German, 1 Thai, 1 not named."
        in printed
    )

"""Comments held for their language are scored once a backend assesses it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.bootstrap.services import Services, build_services
from core.cli.main import main
from core.config import Settings
from core.moderation.audit import AuditKind
from core.moderation.comments import Revision
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.languages import TextLanguages
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action, LanguageRule
from core.services.rescore import has_unscored, rescore
from core.serving.rescoring import Rescoring
from tests.contract.remote_server import KEY, RemoteServer
from tests.factories import chain_of, decided, scored
from tests.pages.backends_page import declare

GERMAN = "Ich bringe dich um, du Schwein."
OTHER_GERMAN = "Morgen stirbst du, das verspreche ich dir."
THAI = "ขอบคุณมากครับ"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    services = build_services(Settings(home=tmp_path, backend="fake"), worker="test")
    yield services
    services.close()


@pytest.fixture
def with_german(services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """A later start of the same home, in which a service for German was declared."""
    monkeypatch.setenv("TEST_KEY", KEY)
    with RemoteServer() as server:
        declare(services.settings.home, server.url, "tei", languages=["de"])
        later = build_services(services.settings, worker="later")
        yield later
        later.close()


@pytest.fixture
def held(services: Services) -> tuple[Revision, Revision, Revision]:
    """Two comments in German and one in Thai. Named before `with_german` in a test's arguments."""
    first, second, thai = (scored(services, text) for text in (GERMAN, OTHER_GERMAN, THAI))
    return first, second, thai


def current(services: Services, revision: Revision) -> Decision:
    return chain_of(services, revision)[-1]


def run(services: Services) -> int:
    decided = 0
    for report in rescore(services.context, services.scorer):
        decided = report.decided
    return decided


def test_nothing_is_tried_while_no_backend_assesses_them(
    services: Services, held: tuple[Revision, ...]
) -> None:
    with services.context.store.read() as reader:
        assert not has_unscored(reader, services.scorer)
    assert run(services) == 0
    assert {current(services, each).source for each in held} == {DecisionSource.LANGUAGE}


def test_those_in_its_language_are_scored(
    held: tuple[Revision, ...], with_german: Services
) -> None:
    assert run(with_german) == 2
    first, second, thai = (current(with_german, each) for each in held)
    for german in (first, second):
        assert (german.source, german.backend) == (DecisionSource.RULE, "tei")
        assert german.scores
    assert thai.source is DecisionSource.LANGUAGE
    assert run(with_german) == 0


@pytest.mark.parametrize("now", [TextLanguages("th"), TextLanguages("en", frozenset({"th"}))])
def test_one_that_is_still_not_assessed_gets_no_second_decision(
    held: tuple[Revision, ...], with_german: Services, now: TextLanguages
) -> None:
    """A later release may take its text for another language."""
    scorer = with_german.scorer
    assert scorer.routes is not None
    scorer.routes = replace(scorer.routes, read=lambda _: now)
    failed = {each for report in rescore(with_german.context, scorer) for each in report.failed}
    assert failed == {held[0].id, held[1].id}
    assert [len(chain_of(with_german, each)) for each in held] == [1, 1, 1]


def test_the_api_does_so_while_it_runs(held: tuple[Revision, ...], with_german: Services) -> None:
    rescoring = Rescoring(with_german.context, with_german.scorer, every_s=60)
    assert (rescoring.look(), rescoring.look()) == (2, 0)


def test_the_command_does_so_and_says_so(
    held: tuple[Revision, ...],
    with_german: Services,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(with_german.settings.home))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    assert main(["score"]) == 0
    assert "2 are scored now, 0 still can't be" in capsys.readouterr().out


@pytest.mark.parametrize("action", [Action.APPROVE, Action.ESCALATE])
def test_what_a_person_decided_stays(
    held: tuple[Revision, ...], with_german: Services, action: Action
) -> None:
    decided(with_german, held[0], action)
    assert run(with_german) == 1
    assert current(with_german, held[0]).source is DecisionSource.REVIEWER


def test_what_the_policy_let_pass_stays(services: Services) -> None:
    with services.context.store.write() as tx:
        rules = (LanguageRule("de", Action.APPROVE),)
        policy = replace(tx.policy_in_force(), version=2, language_rules=rules)
        tx.add_policy(policy, services.context.audit(AuditKind.POLICY_STORED, SYSTEM, "2"))
    visible = scored(services, GERMAN)
    assert current(services, visible).action is Action.APPROVE
    services.scorer.routes = None  # now every text is sent to the backend
    assert run(services) == 0
    assert current(services, visible).source is DecisionSource.LANGUAGE


def test_a_backend_for_any_language_scores_them_all(
    services: Services, held: tuple[Revision, ...]
) -> None:
    services.scorer.routes = None
    assert run(services) == 3
    assert {current(services, each).source for each in held} == {DecisionSource.RULE}

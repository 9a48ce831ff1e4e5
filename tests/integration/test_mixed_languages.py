"""Comments with a part in a language that nothing assesses, from the post to the look-up."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from core.batch.score_file import score_file
from core.bootstrap.services import Services, build_services, file_scorer
from core.config import Settings
from core.errors import InvalidInput
from core.inference.language.routes import LanguageRoutes
from core.moderation.decisions import DecisionSource
from core.moderation.policies import Action
from core.services.explain import explain_text
from core.services.rescore import rescore
from core.serving.app import create_app
from tests.contract.remote_server import RemoteServer
from tests.integration.test_languages import by_language, decisions, shipped

__all__ = ("by_language", "shipped")

MIXED = "Thanks for the article, it is great. Ich werde dich umbringen, du Hurensohn."
HIDING = '<p title="Ich werde dich umbringen, du Hurensohn">What a nice day for the garden.</p>'


@pytest.mark.parametrize("text", [MIXED, HIDING, "Great article! 我要杀了你"])
def test_comment_with_an_unassessed_part_is_not_called_clean(shipped: Services, text: str) -> None:
    (decision,) = decisions(shipped, text)
    assert (decision.action, decision.source) == (Action.HOLD, DecisionSource.LANGUAGE)
    assert decision.unassessed_language in ("de", "zh")
    assert (decision.scores, decision.rule_ids) == ({}, ())


def test_flag_of_the_english_part_stands(shipped: Services) -> None:
    (decision,) = decisions(shipped, f"You are a stupid fucking idiot, I will kill you. {MIXED}")
    assert (decision.source, bool(decision.rule_ids)) == (DecisionSource.RULE, True)
    assert decision.action is not Action.APPROVE


def test_clean_words_beside_an_unassessed_part_are_not_explained(services: Services) -> None:
    with pytest.raises(InvalidInput, match="the language of a part of this comment"):
        explain_text(services.context, services.explainer, MIXED)
    told = explain_text(services.context, services.explainer, f"You idiot. {MIXED}")
    assert told.action is not Action.APPROVE


def test_held_part_is_scored_once_a_backend_for_it_is_declared(
    by_language: tuple[Path, RemoteServer],
) -> None:
    home, _ = by_language
    services = build_services(Settings(home=home, backend="fake"), worker="test")
    asked = services.scorer
    declared, asked.routes = asked.routes, LanguageRoutes(services.language_routes.read, {})
    (held,) = decisions(services, MIXED)
    assert held.source is DecisionSource.LANGUAGE
    asked.routes = declared
    list(rescore(services.context, asked))
    (scored,) = decisions(services, MIXED)
    assert (scored.source, scored.backend) == (DecisionSource.RULE, "fake + tei")
    assert not list(rescore(services.context, asked))
    services.close()


def test_vendors_endpoints_do_not_call_a_part_clean(services: Services) -> None:
    with TestClient(create_app(services), base_url="http://127.0.0.1") as client:
        clean = client.post("/v1/moderations", json={"input": MIXED})
        flagged = client.post("/v1/moderations", json={"input": f"You idiot. {MIXED}"})
        scores = client.post("/predict", json={"inputs": MIXED})
    assert (clean.status_code, scores.status_code) == (424, 424)
    assert flagged.json()["results"][0]["flagged"] is True


def test_file_gives_no_scores_to_a_text_with_an_unassessed_part(tmp_path: Path) -> None:
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    path.write_text(f'text\n"{MIXED}"\n')
    report = score_file(path, "text", out, file_scorer(Settings(home=tmp_path, backend="fake")))
    assert (report.scored, report.not_assessed) == (0, 1)
    assert "language not assessed: German" in out.read_text()

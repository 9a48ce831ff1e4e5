"""Costs from a real log, prices file and state, to the words of the command."""

import json
from datetime import timedelta

import pytest

from core.bootstrap.prices import site_prices
from core.bootstrap.services import Services
from core.cli.main import main
from core.errors import PermissionDenied
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.services.costs import CostReport, load_costs
from core.servinglog.record import Mode
from tests.factories import HELD, decided, scored
from tests.servinglog_records import START, put, record

OPS, AUTHOR = Actor("ola", Role.OPS), Actor("sam", Role.AUTHOR)
PRICES = """[price.onnx]
per_hour = 3.6
currency = "EUR"
[price.openai]
per_million_tokens = 10
currency = "EUR"
[price.tei]
per_hour = 1
currency = "EUR"
"""


@pytest.fixture
def site(services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """With prices, and its home is that of the commands."""
    monkeypatch.setenv("MODCONSOLE_HOME", str(services.settings.home))
    monkeypatch.setenv("MODCONSOLE_STATE_URL", services.settings.state_url)
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    services.settings.prices_path.write_text(PRICES, encoding="utf-8")
    return services


def log_calls(services: Services) -> None:
    """An hour ago: two calls of a local model at once, one after a pause; two of a service."""
    at_s = (services.clock.now() - START - timedelta(hours=1)).total_seconds()
    put(
        services.settings.serving_log_dir,
        record("a", at_s, total_ms=1_000.0, batch_size=10, mode=Mode.BATCH),
        record("b", at_s + 0.5, total_ms=1_000.0, batch_size=10, mode=Mode.BATCH),
        record("c", at_s + 60, total_ms=500.0),
        record("d", at_s, backend="openai", tokens=300, batch_size=10, total_ms=200.0),
        record("e", at_s, backend="openai", batch_size=5, total_ms=200.0),
        record("f", at_s, mode=Mode.LOAD_TEST, batch_size=900, total_ms=9_000.0),
    )


def report(services: Services, actor: Actor = OPS, days: int = 1) -> CostReport:
    log, past = services.serving_log_queries, services.policy_history
    prices = site_prices(services.settings)
    return load_costs(services.context, actor, log, past, prices, days=days)


def test_time_counts_once_and_load_tests_not_at_all(site: Services) -> None:
    log_calls(site)
    found = report(site)
    by_name = {one.use.backend: one for one in found.costs}
    local, remote = by_name["onnx"], by_name["openai"]
    assert local.use.comments == 21
    assert local.use.busy_s == pytest.approx(2.0, abs=1e-3)
    # 3.6 an hour is 0.001 a second: 2 seconds, or a day, for 21 comments.
    assert local.at_full_use == pytest.approx(0.002 / 21 * 1_000, rel=1e-3)
    assert local.as_used == pytest.approx(86.4 / 21 * 1_000)
    assert local.use.p95_ms == pytest.approx(500.0)
    assert local.use.is_realtime
    # 30 tokens a comment, as far as they are told.
    assert remote.at_full_use == pytest.approx(0.3)
    assert (found.currency, list(found.unused)) == ("EUR", ["tei"])


def test_without_a_call_there_is_nothing(site: Services) -> None:
    found = report(site)
    assert list(found.costs) == []
    assert list(found.unused) == ["onnx", "openai", "tei"]


def test_quality_is_that_of_the_model_that_answers(site: Services) -> None:
    """All texts score alike here: nothing tells them apart."""
    for number in range(40):
        revision = scored(site, f"{HELD} {number}")
        decided(site, revision, Action.REMOVE if number % 2 else Action.APPROVE)
    (found,) = (one for one in report(site).costs if one.use.backend == "fake")
    assert found.quality is not None
    assert found.quality.share == pytest.approx(0.5)
    assert found.quality.judged == 40


def test_an_author_may_not_see_it(site: Services) -> None:
    with pytest.raises(PermissionDenied):
        report(site, AUTHOR)


def test_the_command_prints_words_or_json(
    site: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    log_calls(site)
    assert main(["costs", "--days", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("onnx costs least: EUR 0.095 for 1,000 comments while it is busy")
    assert "  openai: EUR 0.30, p95 200 ms, quality unknown, 15 comments" in lines
    assert lines[-1] == "  tei: has a price and made no call"
    assert main(["costs", "--days", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["currency"] == "EUR"
    assert [one["use"]["backend"] for one in told["costs"]] == ["onnx", "openai"]


def test_a_wrong_prices_file_is_named(site: Services, capsys: pytest.CaptureFixture[str]) -> None:
    site.settings.prices_path.write_text("[price.onnx]", encoding="utf-8")
    assert main(["costs"]) == 2
    assert "prices.toml, price 'onnx': give one of" in capsys.readouterr().err

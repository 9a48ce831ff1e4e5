"""`modconsole drift` on a real state."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from core.bootstrap.services import Services
from core.cli.main import main
from core.moderation.drift_words import TOO_FEW
from tests.factories import make_services
from tests.integration.drift_calls import weeks_with_more_flags
from tests.moving_clock import MovingClock


@pytest.fixture
def site(services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """Its home is that of the commands."""
    monkeypatch.setenv("MODCONSOLE_HOME", str(services.settings.home))
    monkeypatch.setenv("MODCONSOLE_STATE_URL", services.settings.state_url)
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    return services


def printed(capsys: pytest.CaptureFixture[str], *flags: str) -> list[str]:
    assert main(["drift", *flags]) == 0
    return capsys.readouterr().out.splitlines()


def test_of_a_new_site_nothing_is_known(site, capsys) -> None:
    lines = printed(capsys)
    assert lines[0] == TOO_FEW
    assert lines[-1].startswith("How often people remove what has which score is unknown")


@pytest.mark.slow
def test_what_drifted_is_printed(site, capsys) -> None:
    clock = MovingClock(datetime.now(UTC) - timedelta(days=17))
    past = make_services(site.settings.home, clock=clock.clock, state_url=site.settings.state_url)
    weeks_with_more_flags(past, clock)
    past.close()
    flags = ["--days", "3", "--reference-days", "14"]
    lines = printed(capsys, *flags)
    assert lines[0].startswith("Drift in ")
    assert "flag rate 7.3 % → 50 % (large)" in lines[0]
    assert any(line.startswith("  flag rate: 7.3 % → 50 %, drift") for line in lines)
    (line,) = printed(capsys, *flags, "--json")
    told = json.loads(line)
    by_name = {one["name"]: one for one in told["measures"]}
    assert by_name["flag rate"]["verdict"] == "drift"
    assert by_name["flag rate"]["now"] == 0.5
    assert by_name["flag rate"]["reference_days"] == 14
    first = printed(capsys, *flags, "--reference", "first")
    assert first[0] == lines[0]


def test_no_days_are_refused(site, capsys) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["drift", "--days", "0"])

"""The cascade on a console of its own: calibrated, put to work, audited, refused."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core import bootstrap
from core.bootstrap import Services, build_services
from core.cli import main
from core.clock import Clock
from core.errors import ModelNotUsable, RuleBroken
from core.inference.base import BackendInfo
from core.inference.batching import Scorer
from core.inference.cache import CachedBackend
from core.inference.calibration import Calibration, read_calibration, write_calibration
from core.inference.cascade import CascadeBackend
from core.inference.fake import LABELS, FakeBackend
from core.moderation.audit import AuditKind
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Policy
from core.moderation.scores import Label
from core.services.cascade import PolicyInForce, calibrate, open_cascade
from core.servinglog.memory import MemoryLog
from core.servinglog.record import Mode, ServingRecord
from core.servinglog.writer import SegmentWriter
from core.store.views import ScoredText
from tests.factories import CLEAN, make_services, posted, scored
from tests.policies import fixed_policy

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
POLICY = fixed_policy(NOW)
VERSIONS = {"full_version": "fake-1", "first_version": "guess-1"}


class Guess:
    """A first stage that is wary of `you`, and a little of everything else."""

    version = "guess-1"
    labels = LABELS

    def predict(self, texts: Sequence[str]) -> list[Mapping[Label, float]]:
        return [dict.fromkeys(LABELS, 0.3 if "you" in text.lower() else 0.01) for text in texts]


def stored(text: str, *, version: str = "fake-1") -> ScoredText:
    return ScoredText(text, FakeBackend().score([text]).results[0].scores, version)


def comments(flagged: int, *, missed: int = 0, fine: int = 100) -> list[ScoredText]:
    return [
        *(stored(f"you moron number {n}") for n in range(flagged - missed)),
        *(stored(f"a moron number {n}") for n in range(missed)),
        *(stored(f"a fine day number {n}") for n in range(fine)),
    ]


def run(
    given: Sequence[ScoredText], promise: float = 0.05, policy: Policy = POLICY, **parts: Any
) -> tuple[Calibration, MemoryLog]:
    log = MemoryLog()
    scorer = Scorer(FakeBackend(), log, Clock(now=lambda: NOW, monotonic=lambda: 0.0))
    found = calibrate(
        given,
        parts.get("first", Guess()),
        scorer,
        policy,
        promise=promise,
        data="test",
        now=NOW,
        progress=lambda done: None,
    )
    return found, log


def test_calibration_tells_what_was_cleared_and_missed() -> None:
    found, log = run(comments(100, missed=1))
    assert (found.comments, found.flagged, found.missed) == (200, 100, 1)
    assert found.bound == pytest.approx(0.0466, abs=1e-4)
    assert found.share_cleared == 101 / 200
    assert (found.full_version, found.first_version) == ("fake-1", "guess-1")
    assert (found.policy_version, found.data, found.made_at) == (1, "test", NOW)
    assert log.records == []  # stored scores are enough


def test_where_a_miss_more_would_break_the_promise_nothing_like_it_is_cleared() -> None:
    found, _ = run(comments(100, missed=2))
    assert (found.missed, found.share_cleared) == (0, 0.0)


def test_too_few_flags_are_named_with_how_many_it_takes() -> None:
    with pytest.raises(RuleBroken, match=r"158 distinct .* 58 of them .* takes 59 flagged"):
        run(comments(58))
    with pytest.raises(RuleBroken, match=r"1\.00% of the flags are missed takes 299 flagged"):
        run(comments(100), promise=0.01)
    with pytest.raises(RuleBroken, match="0 distinct comments"):
        run([])


def test_a_text_posted_again_counts_once() -> None:
    again = [stored("you <b>moron</b> number 1"), *comments(58)]
    with pytest.raises(RuleBroken, match=r"158 distinct comments, 58 of them"):
        run([*comments(58), *again])


def test_what_the_full_model_did_not_score_is_scored_now() -> None:
    """A cleared comment carries the first stage's own scores, which miss no flag of its own."""
    cleared = [ScoredText(f"a moron number {n}", {Label.THREAT: 0.0}, "guess-1") for n in range(99)]
    found, log = run([*comments(100, fine=1), *cleared])
    assert (found.comments, found.flagged) == (200, 199)
    assert sum(record.batch_size for record in log.records) == 99


def test_first_stage_that_does_not_see_all_labels_is_refused() -> None:
    class Blind(Guess):
        labels = LABELS[1:]

    with pytest.raises(RuleBroken, match=r"does not predict toxicity.*policy 1 acts on"):
        run(comments(100), first=Blind())


def calibrated(services: Services, **changes: Any) -> Calibration:
    with services.context.store.read() as reader:
        policy = reader.current_policy()
    assert policy is not None
    found, _ = run(comments(100), policy=policy)
    found = replace(found, **changes)
    write_calibration(services.settings.calibration_path, found)
    return found


def opened(services: Services, calibration: Calibration | None) -> CascadeBackend | str:
    return open_cascade(
        services.context, FakeBackend(), Guess(), calibration, promise=0.05, audit_share=0.02
    )


def test_cascade_opens_on_a_calibration_for_these_parts_alone(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    found = calibrated(services)
    assert isinstance(opened(services, found), CascadeBackend)
    assert opened(services, None) == "nothing was calibrated yet"
    for changes in ({"full_version": "x"}, {"first_version": "x"}, {"edges": {}}, {"bound": 0.1}):
        assert isinstance(opened(services, replace(found, **changes)), str)
    services.close()


def test_policy_in_force_is_looked_up_again_after_a_second(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    seconds = [0.0]
    clock = Clock(now=lambda: NOW, monotonic=lambda: seconds[0])
    policy = PolicyInForce(services.context.store, clock)
    first = policy()
    assert first is not None
    with services.context.store.write() as tx:
        audit = services.context.audit(AuditKind.POLICY_STORED, SYSTEM, "2")
        tx.add_policy(replace(POLICY, version=2), audit)
    seconds[0] = 0.9
    assert policy() is first
    seconds[0] = 1.0
    later = policy()
    assert later is not None
    assert later.version == 2
    services.close()


@pytest.fixture
def guessing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The console finds `Guess` beside its model: the shipped one would need real comments."""
    monkeypatch.setattr(bootstrap, "read_first_stage_of", lambda settings: Guess())
    monkeypatch.setattr("core.cascade_commands.read_first_stage_of", lambda settings: Guess())


def console(home: Path, **settings: Any) -> Services:
    base = make_services(home)
    services = build_services(
        replace(base.settings, cascade_missed_share=0.05, **settings), worker="test"
    )
    base.close()
    return services


def test_decision_names_the_stage_that_scored_it(tmp_path: Path, guessing: None) -> None:
    services = console(tmp_path, cascade="on", cascade_audit_share=1e-9)
    calibrated(services)
    versions = {}
    for text in (CLEAN, "you there"):
        revision = scored(services, text)
        with services.context.store.read() as reader:
            (decision,) = reader.decision_chain(revision.id)
        versions[text] = (decision.model_version, decision.backend, str(decision.action))
    assert versions == {
        CLEAN: ("guess-1", "fake", "approve"),
        "you there": ("fake-1", "fake", "approve"),
    }
    services.close()


def test_what_was_cleared_under_one_policy_is_scored_anew_under_another(
    tmp_path: Path, guessing: None
) -> None:
    services = console(tmp_path, cascade="on", cascade_audit_share=1e-9)
    calibrated(services)
    seconds = [0.0]
    clock = Clock(now=services.clock.now, monotonic=lambda: seconds[0])
    services = replace(services, clock=clock, context=replace(services.context, clock=clock))
    versions = []
    for _ in range(2):
        (result,) = services.scorer.score([CLEAN], Mode.REALTIME)
        versions.append(result.model_version)
        with services.context.store.write() as tx:
            audit = services.context.audit(AuditKind.POLICY_STORED, SYSTEM, "2")
            tx.add_policy(replace(POLICY, version=2), audit)
        seconds[0] += 5.0
    assert versions == ["guess-1", None]
    services.close()


def test_without_proof_the_full_model_scores_and_one_line_says_so(
    tmp_path: Path, guessing: None, caplog: pytest.LogCaptureFixture
) -> None:
    services = console(tmp_path, cascade="on")
    services.scorer.score([CLEAN, CLEAN], Mode.REALTIME)
    (line,) = caplog.messages
    assert line == (
        "The cascade is off, the full model scores everything: nothing was calibrated yet"
    )
    assert services.scorer.backend is services.full_model
    services.close()


def test_missing_first_stage_is_one_line_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def missing(settings: object) -> Guess:
        raise ModelNotUsable("there is no readable first stage at /m")

    monkeypatch.setattr(bootstrap, "read_first_stage_of", missing)
    services = console(tmp_path, cascade="on")
    assert services.scorer.score([CLEAN], Mode.REALTIME)[0].error is None
    assert "no readable first stage at /m" in caplog.messages[0]
    services.close()


@pytest.mark.parametrize(("size", "kind"), [(0, FakeBackend), (5, CachedBackend)])
def test_cache_is_as_large_as_set_and_none_with_0(tmp_path: Path, size: int, kind: type) -> None:
    services = console(tmp_path, cache_size=size)
    assert isinstance(services.scorer.backend, kind)
    services.close()


def test_answers_of_a_service_elsewhere_are_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Elsewhere(FakeBackend):
        @property
        def info(self) -> BackendInfo:
            return replace(super().info, location="remote")

    monkeypatch.setattr(bootstrap, "make_backend", lambda settings: Elsewhere())
    services = console(tmp_path)
    assert isinstance(services.scorer.backend, Elsewhere)
    services.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    monkeypatch.setenv("MODCONSOLE_CASCADE_MISSED_SHARE", "0.05")
    return tmp_path


def fill(home: Path, texts: Sequence[str]) -> None:
    services = make_services(home)
    for text in texts:
        posted(services, text)
    scored(services, CLEAN)
    services.close()


def test_command_calibrates_on_stored_comments_and_status_shows_it(
    home: Path, guessing: None, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(home, [f"you moron number {n}" for n in range(60)])
    assert main(["cascade", "calibrate"]) == 0
    said = capsys.readouterr().out
    assert "61 distinct comments (stored comments), 60 of them flagged by fake-1" in said
    assert "miss 0 flags: at most 4.87% of all flags" in said
    assert "MODCONSOLE_CASCADE=on puts it to work." in said
    found = read_calibration(home / "cascade.json")
    assert found is not None
    assert (found.flagged, found.missed) == (60, 0)
    assert main(["cascade", "status"]) == 0
    said = capsys.readouterr().out
    assert "MODCONSOLE_CASCADE is off." in said
    assert "No audit yet; 0 comments cleared since the calibration." in said


def test_command_reads_a_file_of_the_site(
    home: Path, guessing: None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "own.csv"
    file.write_text("body\n" + "".join(f"you moron number {n}\n" for n in range(60)))
    assert main(["cascade", "calibrate", "--file", str(file), "--text-column", "body"]) == 0
    assert "60 distinct comments (own.csv)" in capsys.readouterr().out


def test_too_few_flags_leave_no_calibration(
    home: Path, guessing: None, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(home, ["you moron"])
    assert main(["cascade", "calibrate"]) == 2
    assert "takes 59 flagged comments. The cascade stays off." in capsys.readouterr().err
    assert not (home / "cascade.json").exists()
    assert main(["cascade", "status"]) == 0
    assert "scores everything: nothing was calibrated yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("missed", "said"),
    [(0, "Too few audits yet"), (5, "Switch it off (MODCONSOLE_CASCADE=off)")],
)
def test_status_says_what_audits_found(
    home: Path, guessing: None, capsys: pytest.CaptureFixture[str], missed: int, said: str
) -> None:
    services = console(home)
    calibrated(services, made_at=NOW)
    log = SegmentWriter(services.settings.serving_log_dir, "test", services.clock)
    log.write(
        ServingRecord(
            request_id="r",
            started_at=NOW,
            mode=Mode.BATCH,
            backend="fake",
            model_version="fake-1",
            runtime="python",
            precision="fp64",
            location="in_process",
            batch_size=1000,
            chars=1,
            total_ms=1.0,
            first_stage_count=900,
            audit_count=20,
            audit_missed=missed,
            flag_count=30,
        )
    )
    services.close()
    assert main(["cascade", "status"]) == 0
    shown = capsys.readouterr().out
    assert f"900 cleared, 20 more audited, {missed} of those flagged" in shown
    assert said in shown

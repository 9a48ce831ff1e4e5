"""The command that trains on a site's rows: its flags, its last line and its exit codes."""

from pathlib import Path

import pytest

from core.cli.main import main
from core.cli.output import ExitCode
from core.cli.site_training import code_of
from core.inference.manifest import read_manifest
from core.training.site.comparison import SiteVerdict
from tests.integration import site_runs

pytest.importorskip("torch", reason="training needs the [train] extra")
pytest.importorskip("transformers", reason="training needs the [train] extra")
pytest.importorskip("onnx", reason="training needs the [train] extra")

# The exporter's libraries warn about themselves; neither is ours to fix.
pytestmark = [
    pytest.mark.training,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]

# pytest finds a fixture by its name in this module.
few = site_runs.few


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rows", "x.csv"], "--rows needs --name"),
        (["--rows", "x.csv", "--name", "a-1", "--limit", "9"], "--limit is for --data"),
        (["--rows", "x.csv", "--name", "a-1", "--pooling", "first"], "--pooling is for --data"),
        (["--data", "x", "--name", "a-1"], "--name and --random-sample are for --rows"),
        (["--data", "x", "--random-sample"], "--name and --random-sample are for --rows"),
        (["--rows", "x.csv", "--name", "a-1"], "there is no file x.csv"),
    ],
)
def test_flags_of_the_other_training_are_refused(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code = main(["train", "--out", str(tmp_path / "out"), *arguments])
    assert code == ExitCode.WRONG_USE
    assert message in capsys.readouterr().err


def test_the_command_ends_with_the_verdict(
    few: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    code = main(["train", "--rows", str(few), "--out", str(out), "--name", "mysite-1"])
    last = capsys.readouterr().out.splitlines()[-1]
    verdict = SiteVerdict(read_manifest(out).about["verdict"])
    assert code == code_of(verdict)
    assert last.startswith(f"mysite-1 is {verdict} than minilm-toxicity-")


def test_every_verdict_has_an_exit_code_of_its_own() -> None:
    assert [code_of(each) for each in SiteVerdict] == [
        ExitCode.DONE,
        ExitCode.NOT_BETTER,
        ExitCode.WORSE,
    ]

"""The wheel installed outside a checkout, as by `pipx` or `uvx`."""

import os
import subprocess
import sys
import sysconfig
import tarfile
import urllib.request
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from core.processes.ports import free_port
from tests.e2e.conftest import console_env
from tests.e2e.test_up import stop

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
PORTS = ("dashboard_port", "author_port", "api_port")


def copy_tracked_files(to: Path) -> None:
    """As a clone has them, with the changes that are not committed."""
    to.mkdir()
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    names = [name for name in tracked.stdout.decode().split("\0") if (ROOT / name).exists()]
    archive = subprocess.run(
        ["tar", "--create", "--null", "--files-from=-"],
        cwd=ROOT,
        input="\0".join(names).encode(),
        capture_output=True,
        check=True,
    )
    subprocess.run(["tar", "--extract", "--touch"], cwd=to, input=archive.stdout, check=True)


def build(source: Path, out: Path) -> None:
    """The sdist, and from it the wheel, as `make dist` builds them."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", out, source]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both, built from a copy of the tracked files only."""
    folder = tmp_path_factory.mktemp("wheel")
    copy_tracked_files(folder / "source")
    build(folder / "source", folder / "dist")
    return folder / "dist"


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    return next(built.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `modconsole` of an environment with the wheel and without the checkout. Its dependencies
    come from the tests' environment."""
    folder = tmp_path_factory.mktemp("elsewhere") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = [folder / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-deps", "--quiet", wheel], check=True)
    return folder / "bin" / "modconsole"


def environment(home: Path, **settings: object) -> dict[str, str]:
    """Python searches the folders in PYTHONPATH but ignores their `.pth` files. The checkout is
    installed by a `.pth` file, so it can't be imported."""
    lent = sysconfig.get_path("purelib")
    return console_env(home, **settings) | {"PYTHONPATH": lent, "PYTHONDONTWRITEBYTECODE": "1"}


def run(command: Path, *arguments: str, cwd: Path, env: dict[str, str]) -> str:
    done = subprocess.run(
        [command, *arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_what_the_program_reads(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "dashboard/config.toml" in names
    assert not [name for name in names if name.startswith(("tests", "docs", "var"))]
    read = {
        path.relative_to(ROOT).as_posix()
        for package in ("core", "dashboard")
        for path in (ROOT / package).rglob("*")
        if path.is_file()
        and path.suffix in {".py", ".md", ".sql", ".toml", ".json", ".jsonl", ".npz", ".onnx"}
    }
    assert read - set(names) == set()


def test_what_is_built_again_elsewhere_is_the_same(built: Path, tmp_path: Path) -> None:
    copy_tracked_files(tmp_path / "another name")
    build(tmp_path / "another name", tmp_path / "dist")
    digests = [
        {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
        for folder in (built, tmp_path / "dist")
    ]
    assert len(digests[0]) == 2
    assert digests[0] == digests[1]


def test_a_package_index_would_take_both(built: Path) -> None:
    files = sorted(built.iterdir())
    command = [sys.executable, "-m", "twine", "check", "--strict", *files]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_the_sdist_has_the_tests_and_the_licences(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "NOTICE", "README.md", "tests/conftest.py", "docs/cli.md"} <= names
    assert not [name for name in names if name.startswith((".ci", "var", ".venv", "dist"))]


def test_the_command_line_works_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    # The shipped model, so that its files are shown to be in the wheel.
    env = environment(tmp_path / "home", backend="auto")
    where = subprocess.run(
        [installed.with_name("python"), "-c", "import core, dashboard; print(core.__file__)"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(installed.parent.parent) in where.stdout
    run(installed, "ingest", "--sample", cwd=tmp_path, env=env)
    assert "Scored" in run(installed, "score", cwd=tmp_path, env=env)
    assert "insult 0.9" in run(installed, "explain", "You idiot", cwd=tmp_path, env=env)


def test_console_look_up_and_api_start_and_answer(installed: Path, tmp_path: Path) -> None:
    ports = {name: free_port() for name in PORTS}
    away = f"http://127.0.0.1:{free_port()}/v0"
    env = environment(tmp_path / "home", hackernews_url=away, **ports)
    process = subprocess.Popen(
        [installed, "up"],
        cwd=tmp_path,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Ready" in line:
            break
    try:
        assert process.poll() is None, "".join(lines)
        for name, path in zip(PORTS, ("/", "/", "/healthz"), strict=True):
            with urllib.request.urlopen(f"http://127.0.0.1:{ports[name]}{path}") as answer:
                assert answer.status == 200
    finally:
        code = stop(process, 15)
    assert code == 0, os.linesep.join(lines)

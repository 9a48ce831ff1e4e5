"""The first settings of a site: the file that a shell reads alike, and what is not set yet."""

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.config import Settings
from core.environment import load_settings
from core.errors import ConfigError
from core.first_run.environment_file import read_environment_file, write_environment_file
from core.first_run.not_set import not_set_yet
from core.first_run.questions import QUESTIONS, check_answer, default_of
from core.setting_help import SETTING_HELP

ONE_LINE = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), max_size=30)


def as_a_shell_reads(file: Path, name: str) -> str:
    done = subprocess.run(
        ["sh", "-c", f'set -a; . "$1"; printf %s "${name}"', "sh", str(file)],
        capture_output=True,
        check=True,
        env={},
    )
    return done.stdout.decode()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(ONE_LINE)
def test_any_line_of_text_is_read_as_a_shell_reads_it(tmp_path: Path, value: str) -> None:
    file = tmp_path / "site.env"
    write_environment_file(file, {**read_environment_file(file), "A_NAME": value})
    assert read_environment_file(file) == {"A_NAME": value}
    assert as_a_shell_reads(file, "A_NAME") == value


def test_other_lines_stay_and_only_this_account_reads_the_file(tmp_path: Path) -> None:
    file = tmp_path / "site.env"
    file.write_text("# ours\nexport A='x y' # why\n\nB=$HOME/b\nC=\n")
    values = read_environment_file(file)
    assert values == {"A": "x y", "B": "$HOME/b", "C": ""}
    write_environment_file(file, {**values, "C": "new", "D": 'a "b" $c `d` \\e'})
    assert file.read_text() == (
        '# ours\nexport A=\'x y\' # why\n\nB=$HOME/b\nC="new"\nD="a \\"b\\" \\$c \\`d\\` \\\\e"\n'
    )
    assert file.stat().st_mode & 0o777 == 0o600
    assert as_a_shell_reads(file, "D") == 'a "b" $c `d` \\e'
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    "line",
    [
        r"A='a\$b'", r'A="a\$b"', r'A="a\\"', r"A='it'\''s'", r"A=a\ b", "A=", 'A="" # none',
        "A=https://example.org/#rules", "A='x' # it's a comment", "A= # only a comment",
    ],
)  # fmt: skip
def test_a_line_written_by_hand_is_read_as_a_shell_reads_it(tmp_path: Path, line: str) -> None:
    file = tmp_path / "site.env"
    file.write_text(f"{line}\n")
    assert read_environment_file(file)["A"] == as_a_shell_reads(file, "A")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("MODCONSOLE_LOG json", 'line 2: write NAME="value"'),
        ('MODCONSOLE_LOG="json', "line 2: a quotation mark is not closed"),
        ("MODCONSOLE_SITE_NAME=The Nook", "line 2: a value with blanks needs quotation marks"),
    ],
)
def test_a_line_that_can_not_be_read_is_named(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "site.env"
    file.write_text(f"# a comment\n{line}\n")
    with pytest.raises(ConfigError, match=said):
        read_environment_file(file)


def test_a_place_that_can_not_be_written_or_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no/site\.env can't be written: No such file"):
        write_environment_file(tmp_path / "no" / "site.env", {})
    with pytest.raises(ConfigError, match="can't be read"):
        read_environment_file(tmp_path)


def test_each_question_is_about_a_setting_and_a_wrong_answer_is_refused() -> None:
    assert {question.setting for question in QUESTIONS} <= set(SETTING_HELP)
    values: dict[str, str] = {}
    for question in QUESTIONS:
        assert check_answer({}, question, default_of(question))
        values = check_answer(values, question, default_of(question))
    assert load_settings(values) == Settings(home=Path("var").absolute())
    (zone,) = [question for question in QUESTIONS if question.setting == "time_zone"]
    with pytest.raises(ConfigError, match="MODCONSOLE_TIME_ZONE is 'Mars'"):
        check_answer(values, zone, "Mars")


@pytest.mark.parametrize(
    ("address", "is_told"),
    [
        ("auto", False), ("https://appeals.example.org", False), ("http://localhost:8502", False),
        ("http://127.0.0.1", False), ("http://appeals.example.org", True),
        ("http://10.0.0.7:8502", True),
    ],
)  # fmt: skip
def test_an_address_that_is_not_encrypted_is_missing_something(
    tmp_path: Path, address: str, is_told: bool
) -> None:
    for name in ("public_url", "staff_url"):
        settings = Settings(home=tmp_path, **{name: address})
        assert ("encryption" in [each.name for each in not_set_yet(settings)]) == is_told


def test_each_page_of_docs_that_the_code_names_is_there() -> None:
    root = Path(__file__).parents[2]
    files = [*root.glob("core/**/*.py"), *root.glob("dashboard/**/*.py"), *root.glob("deploy/**/*")]
    named = {
        (page, file)
        for file in files
        if file.is_file()
        for page in re.findall(r"\bdocs/[\w./-]+\.(?:md|toml|py|json)", file.read_text("utf-8"))
    }
    assert len(named) > 20
    missing = {page for page, _ in named if not (root / page).exists()}
    assert missing <= {"docs/logging.md"}, "that one is TorchServe's"


def test_what_is_missing_goes_once_it_is_set(tmp_path: Path) -> None:
    home = tmp_path / "home"
    names = [each.name for each in not_set_yet(Settings(home=home))]
    assert names == [
        "sign-in", "address of the look-up", "name", "contact", "rules", "messages", "API key",
        "retention",
    ]  # fmt: skip
    site = Settings(
        home=home,
        sign_in="oidc",
        public_url="https://appeals.example.org",
        site_name="The Nook",
        contact="mods@example.org",
        rules_url="https://example.org/rules",
        smtp_host="mail.example.org",
        retention_days=400,
    )
    assert [each.name for each in not_set_yet(site)] == ["API key"]
    site.api_keys_dir.mkdir(parents=True)
    assert [each.name for each in not_set_yet(site)] == ["API key"]
    (site.api_keys_dir / "site.json").write_text("{}")
    assert not_set_yet(site) == []

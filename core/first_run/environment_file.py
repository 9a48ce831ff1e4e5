"""A file of environment variables that a shell and systemd read alike: `NAME="value"` lines, with
a backslash before the four characters that mean something within the quotes."""

import os
import re
import shlex
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from core.errors import ConfigError
from core.private_files import open_private_file

_LINE = re.compile(r"\s*(?:export\s+)?([A-Z_][A-Z0-9_]*)=(.*)")


def read_environment_file(path: Path) -> dict[str, str]:
    """Its variables; none if there is no file. Raises ConfigError naming the file and the line."""
    found = {}
    for number, line in enumerate(_lines(path), 1):
        if _is_variable(line):
            name, value = _variable(line, f"{path}, line {number}")
            found[name] = value
    return found


def check_writable(path: Path) -> None:
    """Raises ConfigError, before anything is asked."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise ConfigError(f"{path} can't be written: there is no folder {folder}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigError(f"{path} can't be written: this account may not write in {folder}")


def write_environment_file(path: Path, values: Mapping[str, str]) -> None:
    """Atomic, and for this account alone: it may come to hold passwords. Other lines of the file
    stay as they are. Raises ConfigError."""
    before = read_environment_file(path)
    lines = _lines(path) or ["# The settings of the moderation console; see docs/settings.md."]
    kept = [line for line in lines if not (_is_variable(line) and _is_changed(line, values))]
    new = [f'{name}="{_escaped(value)}"' for name, value in values.items()]
    old = [f'{name}="{_escaped(value)}"' for name, value in before.items()]
    kept += [line for line in new if line not in old]
    draft = path.with_name(f"{path.name}.new")
    try:
        fd = open_private_file(draft, os.O_WRONLY | os.O_TRUNC)
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in kept)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise ConfigError(f"{path} can't be written: {error.strerror}") from error


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} can't be read: {error}") from error


def _is_variable(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith(("#", ";"))


def _is_changed(line: str, values: Mapping[str, str]) -> bool:
    name, value = _variable(line, "")
    return values[name] != value


def _variable(line: str, place: str) -> tuple[str, str]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ConfigError(f'{place}: write NAME="value"')
    text = found[2]
    stream = StringIO(text)
    lexer = shlex.shlex(stream, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""  # a # within a word is part of it
    try:
        value = "" if text[:1].isspace() else lexer.get_token() or ""
    except ValueError:
        raise ConfigError(f"{place}: a quotation mark is not closed") from None
    rest = stream.read().strip()
    if rest and not rest.startswith("#"):
        raise ConfigError(f"{place}: a value with blanks needs quotation marks")
    is_quoted = text.startswith('"')  # there alone a backslash hides these two
    return found[1], value.replace("\\$", "$").replace("\\`", "`") if is_quoted else value


def _escaped(value: str) -> str:
    return re.sub(r'(["\\$`])', r"\\\1", value)

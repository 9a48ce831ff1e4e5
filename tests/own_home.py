"""No test touches the home of the checkout: it may be that of a console in use."""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

HOME = str(Path(__file__).parents[1] / "var")
_EVENTS = frozenset(("open", "os.mkdir", "sqlite3.connect"))


def keep_out_of_own_home() -> tempfile.TemporaryDirectory[str]:
    """Gives this process and those that it starts another home, unless they choose one, and raises
    AssertionError from whatever opens a file in the checkout's."""
    folder = tempfile.TemporaryDirectory(prefix="modconsole-tests-")
    os.environ["MODCONSOLE_HOME"] = folder.name
    sys.addaudithook(_refuse)
    return folder


def _refuse(event: str, arguments: Sequence[object]) -> None:
    if event not in _EVENTS or not isinstance(arguments[0], str | os.PathLike):
        return
    path = os.fspath(arguments[0]).removeprefix("file:")
    # A bare name may be one in another folder that is open (`dir_fd`), as where a tree is removed.
    if not isinstance(path, str) or "var" not in path or (path == "var" and event == "open"):
        return
    if Path(path).absolute().is_relative_to(HOME):
        raise AssertionError(f"this test uses {HOME}, the home of the checkout")

"""What the commands print alike, and the exit codes: one progress bar, one table of codes."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum

from tqdm import tqdm

from core.errors import (
    BackendError,
    Conflict,
    ConsoleError,
    ModelNotUsable,
    Overloaded,
    SourceUnavailable,
    TextNotScored,
)


class ExitCode(IntEnum):
    """What a command gives back to the shell; EXIT_MEANINGS says when."""

    DONE = 0
    INCOMPLETE = 1
    WRONG_USE = 2
    NOTHING_SCORED = 3
    SERVER_STOPPED = 4
    INTERRUPTED = 130


EXIT_MEANINGS: dict[ExitCode, str] = {
    ExitCode.DONE: "Done, or there was nothing to do. A server that was told to stop ends so too.",
    ExitCode.INCOMPLETE: "Some rows failed, or a source did not answer; the others are done. "
    "Mend them or wait, then run the same command again.",
    ExitCode.WRONG_USE: "Wrong use: a flag, a setting, or a file or state that can't be read. "
    "Nothing helps until that is mended.",
    ExitCode.NOTHING_SCORED: "Nothing could be scored: the backend does not answer, or takes "
    "none of the texts. See that it answers, then run the same command again.",
    ExitCode.SERVER_STOPPED: "A server that `up` runs stopped by itself; its log says why.",
    ExitCode.INTERRUPTED: "Interrupted by Ctrl-C; what was committed is kept.",
}

# The nearest of an error's classes counts.
_CODE_OF_ERROR: dict[type[BaseException], ExitCode] = {
    ConsoleError: ExitCode.WRONG_USE,
    BackendError: ExitCode.NOTHING_SCORED,
    ModelNotUsable: ExitCode.WRONG_USE,
    TextNotScored: ExitCode.NOTHING_SCORED,
    SourceUnavailable: ExitCode.INCOMPLETE,
    Overloaded: ExitCode.INCOMPLETE,
    Conflict: ExitCode.INCOMPLETE,
}


def exit_code_of(error: type[ConsoleError]) -> ExitCode:
    """How a command ends that such an error stopped."""
    return next(_CODE_OF_ERROR[each] for each in error.__mro__ if each in _CODE_OF_ERROR)


def complain(message: object) -> None:
    """One line on standard error."""
    print(f"modconsole: {message}", file=sys.stderr)


@contextmanager
def progress_bar(
    unit: str, *, title: str | None = None, total: int | None = None, keep: bool = True
) -> Iterator[Callable[[int], None]]:
    """A bar on standard error where that is a terminal. Call what it gives with how much is done
    so far, not with the step since the last call."""
    with tqdm(desc=title, total=total, unit=f" {unit}", leave=keep, disable=None) as bar:

        def advance(done: int) -> None:
            bar.update(done - bar.n)

        yield advance

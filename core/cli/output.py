"""Output that all commands share: messages, the progress bar and the exit codes."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from enum import IntEnum
from typing import TextIO, cast

from tqdm import tqdm

from core.errors import (
    BackendError,
    Conflict,
    ConsoleError,
    LogStoreUnavailable,
    ModelNotUsable,
    Overloaded,
    SourceUnavailable,
    TelemetryUnavailable,
    TextNotScored,
)


class ExitCode(IntEnum):
    """The exit codes of all commands; EXIT_MEANINGS explains them."""

    DONE = 0
    INCOMPLETE = 1
    WRONG_USE = 2
    NOTHING_SCORED = 3
    SERVER_STOPPED = 4
    NOT_BETTER = 5
    WORSE = 6
    CHANGED = 7
    BURNING = 8
    INTERRUPTED = 130
    NOBODY_READS = 141


EXIT_MEANINGS: dict[ExitCode, str] = {
    ExitCode.DONE: "Done, or there was nothing to do. Also for a server that was asked to stop.",
    ExitCode.INCOMPLETE: "Some rows failed, a source, the log's shared store or a receiver of "
    "messages did not answer, or "
    "the output could not be written; the others are done. Correct that or wait, then run the same "
    "command again.",
    ExitCode.WRONG_USE: "Wrong use: a flag or a setting is wrong, or a file or the state can't be "
    "read. Trying again does not help until that is corrected.",
    ExitCode.NOTHING_SCORED: "Nothing could be scored: the backend does not answer, or refuses "
    "all texts. Make sure that it answers, then run the same command again.",
    ExitCode.SERVER_STOPPED: "A server that `up` runs stopped by itself; its log says why.",
    ExitCode.NOT_BETTER: "A model was written, and its test rows do not show that it is better "
    "than the shipped one.",
    ExitCode.WORSE: "A model was written, and its test rows show that it is worse.",
    ExitCode.CHANGED: "`audit verify` found that the audit log or a decision was changed; each is "
    "named.",
    ExitCode.BURNING: "`objectives` found that an error budget burns too fast; each is named.",
    ExitCode.INTERRUPTED: "Interrupted by Ctrl-C; what was committed is kept.",
    ExitCode.NOBODY_READS: "The program that read the output ended first, as with `| head -1`; "
    "what was committed is kept.",
}

# The code of an error's nearest base class listed here is used.
_CODE_OF_ERROR: dict[type[BaseException], ExitCode] = {
    ConsoleError: ExitCode.WRONG_USE,
    BackendError: ExitCode.NOTHING_SCORED,
    ModelNotUsable: ExitCode.WRONG_USE,
    TextNotScored: ExitCode.NOTHING_SCORED,
    SourceUnavailable: ExitCode.INCOMPLETE,
    LogStoreUnavailable: ExitCode.INCOMPLETE,
    TelemetryUnavailable: ExitCode.INCOMPLETE,
    Overloaded: ExitCode.INCOMPLETE,
    Conflict: ExitCode.INCOMPLETE,
}


def exit_code_of(error: type[ConsoleError]) -> ExitCode:
    """The exit code of a command that ends with an error of that class."""
    return next(_CODE_OF_ERROR[each] for each in error.__mro__ if each in _CODE_OF_ERROR)


def printable(text: str) -> str:
    """The text with unprintable characters replaced, except line ends: names in files could contain
    control sequences of the terminal, or characters that reverse the text after them."""
    return "".join(char if char.isprintable() or char == "\n" else "?" for char in text)


def complain(message: object) -> None:
    """Print a message on standard error, if that can be written."""
    try:
        print(printable(f"modconsole: {message}"), file=sys.stderr, flush=True)
    except OSError:
        _leave(sys.stderr)


class _OutputLost(Exception):
    """Standard output can't be written. No OSError, which argparse would swallow."""

    def __init__(self, cause: OSError) -> None:
        self.cause = cause


class _Watched:
    """Standard output, whose failures can be told from others."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError as error:
            raise _OutputLost(error) from None

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as error:
            raise _OutputLost(error) from None

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def exit_code_with_output(run: Callable[[], int]) -> int:
    """The exit code of `run`, once all that it printed is written; if that can't be done, a message
    and the code for it."""
    stream = sys.stdout
    if stream is None:  # closed by the shell: `>&-`
        return run()
    watched = cast(TextIO, _Watched(stream))
    try:
        with redirect_stdout(watched):
            try:
                return run()
            finally:
                watched.flush()
    except _OutputLost as lost:
        _leave(stream)
        if isinstance(lost.cause, BrokenPipeError):
            return ExitCode.NOBODY_READS
        complain(f"the output can't be written: {lost.cause.strerror}")
        return ExitCode.INCOMPLETE


def _leave(stream: TextIO) -> None:
    # At its end Python tries to write the rest, and would fail with a traceback.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def print_facts(facts: Mapping[str, object]) -> None:
    """Print the last line of a command that a scheduler runs: JSON, for programs."""
    print(json.dumps(facts, sort_keys=True))


@contextmanager
def progress_bar(
    unit: str, *, title: str | None = None, total: int | None = None, keep: bool = True
) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error if that is a terminal. Yields a function to call with the
    total done so far, not with the step since the last call."""
    with tqdm(desc=title, total=total, unit=f" {unit}", leave=keep, disable=None) as bar:

        def advance(done: int) -> None:
            bar.update(done - bar.n)

        yield advance

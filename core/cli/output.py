"""What the commands print alike, and the exit codes: one progress bar, one table of codes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum

from tqdm import tqdm


class ExitCode(IntEnum):
    """What a command gives back to the shell."""

    DONE = 0
    SERVER_STOPPED = 1
    WRONG_USE = 2
    INTERRUPTED = 130


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

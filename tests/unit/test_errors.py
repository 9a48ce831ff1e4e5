"""The error tree in the docstring of `core.errors` matches its classes."""

import inspect
import re
from pathlib import Path

import pytest

from core import errors
from core.errors import BackendError, ConsoleError, ModelNotUsable
from core.inference.base import ErrorKind

ROOT = Path(errors.__file__).parents[1]


def drawn_parents() -> dict[str, str]:
    """Child to parent, read from the drawing: four columns a level."""
    parents: dict[str, str] = {}
    above: dict[int, str] = {0: "ConsoleError"}
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"([│ ]*)[├└]── (\w+)", line)
        if found:
            depth = len(found.group(1)) // 4 + 1
            above[depth] = found.group(2)
            parents[found.group(2)] = above[depth - 1]
    return parents


def real_errors() -> list[type[Exception]]:
    classes = [thing for _, thing in inspect.getmembers(errors, inspect.isclass)]
    return [
        thing
        for thing in classes
        if thing.__module__ == errors.__name__ and issubclass(thing, Exception)
    ]


def test_drawing_shows_every_class_below_its_parent() -> None:
    real = {
        thing.__name__: thing.__bases__[0].__name__
        for thing in real_errors()
        if thing is not ConsoleError
    }
    assert drawn_parents() == real


@pytest.mark.parametrize("error", real_errors(), ids=lambda error: error.__name__)
def test_error_says_what_it_means_and_is_raised_somewhere(error: type[Exception]) -> None:
    assert error.__doc__
    if error is not ConsoleError:
        sources = (path.read_text() for path in (ROOT / "core").rglob("*.py"))
        assert any(re.search(rf"(raise|return) {error.__name__}\(", text) for text in sources)


def test_kind_of_a_backend_error_is_one_the_serving_log_knows() -> None:
    assert ErrorKind(BackendError("x").kind) is ErrorKind.BACKEND
    assert ErrorKind(ModelNotUsable("x").kind) is ErrorKind.MODEL
    assert BackendError("x", kind="timeout").kind == "timeout"
    assert str(ModelNotUsable("no weights")) == "no weights"

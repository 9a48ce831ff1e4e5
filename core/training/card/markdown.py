"""Small pieces of Markdown that the model card is built from."""

import re
from collections.abc import Iterable

from core.training.evaluation.intervals import Interval, Share


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A pipe table."""
    names = list(head)
    lines = [names, ["---"] * len(names), *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def number(value: float | None, digits: int = 4) -> str:
    """A dash for None."""
    return "–" if value is None else f"{value:.{digits}f}"


def measured(value: float | None, interval: Interval | None, digits: int = 3) -> str:
    """The value, followed by its interval."""
    if value is None or interval is None:
        return number(value, digits)
    return f"{value:.{digits}f} [{interval[0]:.{digits}f}, {interval[1]:.{digits}f}]"


def percentage(share: Share, digits: int = 1) -> str:
    """The share with its interval; a dash if there are no rows."""
    if not share.rows:
        return "–"
    spread = f"[{share.low:.{digits}%}, {share.high:.{digits}%}]"
    return f"{share.value:.{digits}%} {spread}"


def tight(text: str) -> str:
    """Markdown list items in one list: a blank line follows only the last of them."""
    return re.sub(r"(?m)(^- .*)\n\n(?=- )", r"\1\n", text)

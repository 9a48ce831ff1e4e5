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
    """A dash for nothing."""
    return "–" if value is None else f"{value:.{digits}f}"


def measured(value: float | None, interval: Interval | None, digits: int = 3) -> str:
    """The value with its interval behind it."""
    if value is None or interval is None:
        return number(value, digits)
    return f"{value:.{digits}f} [{interval[0]:.{digits}f}, {interval[1]:.{digits}f}]"


def percentage(share: Share, digits: int = 1) -> str:
    """The share with its interval; a dash for a share of nothing."""
    if not share.rows:
        return "–"
    spread = f"[{share.low:.{digits}%}, {share.high:.{digits}%}]"
    return f"{share.value:.{digits}%} {spread}"


def tight(text: str) -> str:
    """List items under one another: the blank line goes between two items, nowhere else."""
    return re.sub(r"(?m)(^- .*)\n\n(?=- )", r"\1\n", text)

"""What a style tells of the sight of the words in its element."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StyleSight:
    """`hides` says what certainly hides the words: "element" if nothing inside can be shown again,
    else what an element inside has among its `shows`."""

    hides: str | None = None
    is_in_doubt: bool = False
    shows: frozenset[str] = frozenset()

"""Rows of a site that belong together are never on two sides."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from core.training.data.datasets import MODEL_LABELS
from core.training.site.rows import SiteRow
from core.training.site.sides import FITTED_SHARES, TUNED_SHARES, Sides, divide

ROWS = st.lists(
    st.builds(
        lambda text, group, insult: SiteRow(
            "",
            text,
            tuple(insult if label == "insult" else None for label in MODEL_LABELS),
            1,
            group,
        ),
        st.sampled_from(["you", "You", "ｙｏｕ", "me", "them", "us all", "us  all", "nobody"]),
        st.none() | st.integers(0, 12).map(str),
        st.sampled_from([0.0, 0.4, 1.0]),
    ),
    min_size=1,
    max_size=60,
)


def sides_of(sides: Sides) -> dict[str, list[SiteRow]]:
    return {
        name: [each.row for each in getattr(sides, name)] for name in ("train", "calibrate", "test")
    }


@given(ROWS, st.sampled_from([TUNED_SHARES, FITTED_SHARES]))
def test_rows_of_one_group_or_text_are_on_one_side(
    rows: list[SiteRow], shares: tuple[float, float, float]
) -> None:
    places = defaultdict(set)
    found = sides_of(divide(rows, shares))
    for side, there in found.items():
        for row in there:
            places["text", row.text].add(side)
            if row.group is not None:
                places["group", row.group].add(side)
    assert all(len(each) == 1 for each in places.values())
    # Written otherwise, and yet what a reader takes for the same text.
    assert len(places["text", "you"] | places["text", "You"] | places["text", "ｙｏｕ"]) <= 1
    assert sorted(id(row) for side in found.values() for row in side) == sorted(map(id, rows))


@given(ROWS)
def test_the_order_of_the_rows_does_not_matter(rows: list[SiteRow]) -> None:
    there = sides_of(divide(rows, TUNED_SHARES))
    back = sides_of(divide(rows[::-1], TUNED_SHARES))
    for name, side in there.items():
        assert sorted(map(id, side)) == sorted(map(id, back[name]))


def test_each_side_gets_its_share_of_rows_and_of_abuse() -> None:
    rows = [
        SiteRow("", f"text {number}", (float(number % 10 == 0), None, None, None, None))
        for number in range(200)
    ]
    found = sides_of(divide(rows, TUNED_SHARES))
    assert {name: len(side) for name, side in found.items()} == {
        "train": 120,
        "calibrate": 30,
        "test": 50,
    }
    abusive = {name: sum(row.is_positive for row in side) for name, side in found.items()}
    assert abusive == {"train": 12, "calibrate": 3, "test": 5}
    assert not sides_of(divide(rows, FITTED_SHARES))["train"]

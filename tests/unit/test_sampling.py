"""The draws: uniform, independent, and always the same for a text."""

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.bootstrap.services import sampling_shares
from core.config import Settings
from core.environment import load_settings
from core.errors import ConfigError
from core.moderation.sampling import DrawPurpose, SamplingShares, draw

IDS = [UUID(int=number).hex for number in range(20_000)]
# The 99.9 % points of the chi-square distribution with 19 and with 16 degrees of freedom. The ids
# are fixed, so the result is, too.
CHI_SQUARE_19, CHI_SQUARE_16 = 43.8, 39.3


def chi_square(counts: Counter[int] | Counter[tuple[int, int]], cells: int) -> float:
    expected = counts.total() / cells
    seen = sum((count - expected) ** 2 / expected for count in counts.values())
    return seen + (cells - len(counts)) * expected


@pytest.mark.parametrize("purpose", DrawPurpose)
def test_draws_are_uniform(purpose: DrawPurpose) -> None:
    counts = Counter(int(draw(name, purpose) * 20) for name in IDS)
    assert chi_square(counts, 20) < CHI_SQUARE_19


def test_draws_for_two_purposes_are_independent() -> None:
    pairs = Counter(
        (int(draw(name, DrawPurpose.AUDIT) * 5), int(draw(name, DrawPurpose.BLIND) * 5))
        for name in IDS
    )
    # Against the uniform distribution of pairs: stricter than independence alone, by 8 degrees.
    assert chi_square(pairs, 25) < CHI_SQUARE_16 + 8


def test_draws_of_neighbouring_ids_are_independent() -> None:
    drawn = [draw(name, DrawPurpose.AUDIT) for name in IDS]
    pairs = Counter((int(a * 5), int(b * 5)) for a, b in zip(drawn[::2], drawn[1::2], strict=True))
    assert chi_square(pairs, 25) < CHI_SQUARE_16 + 8


@given(st.text(), st.sampled_from(DrawPurpose))
def test_draw_is_a_share_and_stays_the_same(name: str, purpose: DrawPurpose) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        return
    assert 0.0 <= draw(name, purpose) < 1.0
    assert draw(name, purpose) == draw(name, purpose)


def test_known_draws() -> None:
    """Another formula would draw other comments, and old probabilities would no longer hold."""
    assert draw("r1", DrawPurpose.AUDIT) == 0.27816634017761543
    assert draw("r1", DrawPurpose.BLIND) == 0.43005075580343377
    assert draw("r1", DrawPurpose.SECOND_LOOK) == 0.5420603248309276


def test_shares_of_a_new_site() -> None:
    assert sampling_shares(Settings()) == SamplingShares(audit=0.01, blind=0.1, second_look=0.05)


def test_share_may_be_none_but_not_all() -> None:
    off = load_settings({"MODCONSOLE_AUDIT_SHARE": "0", "MODCONSOLE_BLIND_SHARE": "0"})
    assert SamplingShares(off.audit_share, off.blind_share) == SamplingShares()
    for wrong in ("1", "-0.1", "nan", "some"):
        with pytest.raises(ConfigError, match="MODCONSOLE_AUDIT_SHARE"):
            load_settings({"MODCONSOLE_AUDIT_SHARE": wrong})

"""What is masked in free text, and what is left as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation.personal_data import MASK, mask_personal, personal_data_in

LETTERS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=8)
WORDS = st.lists(LETTERS, min_size=1, max_size=4).map(" ".join)
UNSEEN = ["", "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\U000e0020"]
GAPS = ["", " ", "\u00a0", "\u3000", "  "]


def fullwidth(char: str) -> str:
    return chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char


@st.composite
def disguised(draw: st.DrawFn, spelt: list[str]) -> str:
    """The pieces with spaces between them; each letter may be full-width or have an invisible
    character after it."""
    gap = draw(st.sampled_from(GAPS))
    pieces = []
    for piece in spelt:
        forms = [st.sampled_from([char, fullwidth(char)]) for char in piece]
        pieces.append("".join(draw(form) + draw(st.sampled_from(UNSEEN)) for form in forms))
    return gap.join(pieces)


@st.composite
def mails(draw: st.DrawFn) -> tuple[str, str]:
    """An e-mail address, and a disguise of it."""
    user, host, end = draw(LETTERS), draw(LETTERS), draw(LETTERS)
    at, dot = draw(st.sampled_from(["@", "(at)", "[AT]"])), draw(st.sampled_from([".", "(dot)"]))
    pieces = [user, at, host, dot, end]
    if draw(st.booleans()) and (at, dot) == ("@", "."):
        pieces = list(f"{user}@{host}.{end}")
    return f"{user}@{host}.{end}", draw(disguised(pieces))


@given(before=WORDS, mail=mails(), after=WORDS)
def test_no_mail_survives_any_disguise(before: str, mail: tuple[str, str], after: str) -> None:
    plain, hidden = mail
    masked = mask_personal(f"{before} {hidden} {after}")
    assert MASK in masked
    host = plain.partition("@")[2]
    shown = masked.replace(MASK, "").split()
    assert "@" not in masked
    assert host not in "".join(shown)
    kept = [*before.split(), *after.split()]
    assert all(word in kept for word in shown)


@given(st.text())
def test_what_was_masked_holds_nothing_to_mask(text: str) -> None:
    masked = mask_personal(text)
    assert personal_data_in(masked) is None
    assert mask_personal(masked) == masked


@given(
    st.lists(st.integers(0, 9), min_size=7, max_size=15),
    st.sampled_from(["", " ", "-", "/", ".", " - ", ") "]),
    st.sampled_from(["", "+", "00", "("]),
)
def test_no_phone_number_survives(digits: list[int], gap: str, begin: str) -> None:
    number = begin + gap.join(map(str, digits))
    masked = mask_personal(f"call {number} at noon")
    assert masked == f"call {MASK} at noon"


@pytest.mark.parametrize(
    "text",
    [
        "DE89 3704 0044 0532 0130 00",
        "de89370400440532013000",
        "GB29-NWBK-6016-1331-9268-19",
        "192.168.0.17",
        "１９２．１６８．０．１７",
        "fe80::1",
        "2001:db8:0:0:0:0:2:1",
        "@sam_smith",
        "u/sam_smith",
        "/user/sam",
        "https://example.org/u/sam",
        "http : // example.org",
        "www.example.org",
        "example.org/sam",
        "mailto:sam@example.org",
        "+49 (0)30 123-45-67",
        "٠٣٠ ١٢٣٤٥٦٧",
    ],
)
def test_each_kind_is_masked(text: str) -> None:
    assert mask_personal(f"so {text}") == f"so {MASK}"
    assert personal_data_in(f"so {text}")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("ask ab@mail.example now", f"ask {MASK} now"),
        ("anna @ mail.example now", f"{MASK} now"),
    ],
)
def test_an_address_begins_with_the_word_at_its_sign(text: str, masked: str) -> None:
    assert mask_personal(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Please argue with what people say.",
        "insult 0.931, where the rule is to hold from 0.310 and to remove from 0.900",
        "1,234,567 comments of 2026-11-28, at 12:30:45",
        "and/or, w/o, 3/4 and u/s",
        "Rule 12: no spam; see section 4.2.1.",
    ],
)
def test_ordinary_words_and_numbers_stay(text: str) -> None:
    assert mask_personal(text) == text
    assert personal_data_in(text) is None


def test_names_are_masked_as_whole_words_in_any_form() -> None:
    names = ["sam smith", "lena", "j.doe", "(x)"]
    text = "Sam  Smith and ＬＥ\u200bＮＡ, j.doe, (x); but not lenaland or samsmith"
    wanted = f"{MASK} and {MASK}, {MASK}, {MASK}; but not lenaland or samsmith"
    assert mask_personal(text, names) == wanted


def test_the_longest_name_is_taken_and_empty_ones_are_ignored() -> None:
    assert (
        mask_personal("ann lee and ann", ["", "\u200b", "ann", "ann lee"]) == f"{MASK} and {MASK}"
    )
    assert mask_personal("nobody", []) == "nobody"

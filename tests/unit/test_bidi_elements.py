"""Elements and styles that turn text are read as browsers display them."""

import pytest

from core.inference.text.form import readings
from core.moderation.bidi_levels import placed
from core.moderation.cleaning import MAX_COMMENT_CHARS, clean_text

TURNED = "uoy llik lliw I"
PLAIN = "I will kill you"


def read(original: str) -> set[str]:
    return {way.strip() for way in readings(clean_text(original))}


@pytest.mark.parametrize(
    "original",
    [
        f"<bdo dir=rtl>{TURNED}</bdo>",
        f'<span dir="rtl" style="unicode-bidi:bidi-override">{TURNED}</span>',
        f'<span style="unicode-bidi:bidi-override;direction:rtl">{TURNED}</span>',
        f'<span style="DIRECTION: RTL; Unicode-Bidi : isolate-override !important">{TURNED}</span>',
        f'<b style="color:red;unicode-bidi:-webkit-isolate-override;direction:rtl">{TURNED}</b>',
        f'<p style="unicode-bidi:bidi-override;direction:rtl">{TURNED}</p>',
        f'<i style="unicode-bidi:/**/bidi-override;direction:/* x */rtl">{TURNED}</i>',
        f'<div dir=rtl><span style="unicode-bidi:bidi-override">{TURNED}</span></div>',
        f'<div style="direction:rtl"><bdo>{TURNED}</bdo></div>',
        f"<bdo dir=RTL>{TURNED}",
        "<bdo dir=rtl>uoy llik\nlliw I</bdo>",
        "<bdo dir=rtl>lliw I<br>uoy llik</bdo>",
        "<bdo dir=rtl>lliw I<p>uoy llik</p></bdo>",
        f"<bdo dir=rtl><span><b>{TURNED}</b></span></bdo>",
        f"<bdo dir=rtl><span>x</span>{TURNED}</bdo>".replace("x", ""),
        # Elements end where a browser ends them: what follows is not turned.
        f'<p style="unicode-bidi:bidi-override;direction:rtl"><p>{PLAIN}',
        f"<div><bdo dir=rtl></div>{PLAIN}",
        f"<span><bdo dir=rtl></span>{PLAIN}",
        f"<b><bdo dir=rtl></b>{PLAIN}",
        f"<ul><li style='unicode-bidi:bidi-override;direction:rtl'><li>{PLAIN}</ul>".replace(
            "<li>I", "<li> I"
        ),
        f'<b style="unicode-bidi:bidi-override;direction:rtl"></b>{PLAIN}',
        # Formatting elements begin again behind a block.
        f'<div><b style="unicode-bidi:bidi-override;direction:rtl"></div>{TURNED}</b>',
        "<p dir=rtl>you&rlm; kill&rlm; will&rlm; I</p>",
        "<span dir=rtl><bdi>you</bdi> <bdi>kill</bdi> <bdi>will</bdi> <bdi>I</bdi></span>",
        "".join(
            f'<i style="unicode-bidi:bidi-override;direction:rtl">{letter}</i>' for letter in TURNED
        ),
    ],
)
def test_what_an_element_turns_is_read_as_displayed(original: str) -> None:
    ways = {
        way.replace("\u200f", "").removeprefix("- ").removeprefix("- ") for way in read(original)
    }
    assert PLAIN in ways


@pytest.mark.parametrize(
    ("original", "readable"),
    [
        ('<p dir="auto">Hello there</p><p dir="auto">General</p>', "Hello there\n\nGeneral"),
        ('<span dir="ltr">one\ntwo</span>', "one\ntwo"),
        ('<div dir="rtl">שלום עולם, <b>English</b> כאן\nשורה שנייה</div>', None),
        ('<p dir="rtl">مرحبا بكم في Python 3.11 (جديد).</p>', None),
        ("<bdi>José</bdi>: hi <bdi>שרה</bdi>!", "José: hi שרה!"),
        ('<span style="direction:rtl">inline, so nothing</span>', "inline, so nothing"),
        ("<bdo dir=ltr>abc</bdo>", "abc"),
        ('<span style="unicode-bidi:isolate">abc</span>', "abc"),
        ('<a dir=ltr href="https://x.org">https://x.org</a>', "https://x.org"),
    ],
)
def test_elements_of_ordinary_texts_change_nothing(original: str, readable: str | None) -> None:
    if readable is None:
        readable = clean_text(original.replace(' dir="rtl"', ""))
    assert clean_text(original) == readable


@pytest.mark.parametrize(
    "piece",
    [
        *("<bdo dir=rtl>a", "<bdo dir=rtl><br>a", "<bdo dir=rtl>a</bdo>", "<span><div></span>"),
        *("<b dir=rtl><p>", "<b dir=auto>a</i>", "<li dir=rtl>a<ul>", "<p dir=rtl><b>a", "<bdi>"),
        *("<br>a", "</bdo>", "<b><div>", '<b style="direction:/*', "<b dir=rtl></b>a\n"),
    ],
)
def test_hostile_elements_are_read_at_once(piece: str) -> None:
    """A quadratic scan would take minutes and reach the suite's time limit."""
    for head in ("", "<bdo dir=rtl>" * 60):
        text = (head + piece * MAX_COMMENT_CHARS)[:MAX_COMMENT_CHARS]
        clean_text(text)


@pytest.mark.parametrize(("ends", "level"), [(0, 126), (1, 126), (2, 126), (3, 124)])
def test_embeddings_too_deep_to_count_are_ended_before_those_that_count(
    ends: int, level: int
) -> None:
    """63 embeddings reach the deepest level, 125; two more are passed over (UAX 9, rules X1-X8)."""
    (letter,) = placed("\u202b" * 65 + "\u202c" * ends + "a", 0)
    assert letter.level == level

"""Cleaning: the readable form of hostile, odd and ordinary texts."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.moderation.cleaning import (
    HIDDEN_HEADING,
    MAX_COMMENT_CHARS,
    check_text,
    clean_text,
    hidden_part,
    is_readable_as_it_is,
    is_same_text,
)


@pytest.mark.parametrize(
    ("original", "readable"),
    [
        ("one<p>two<p>three", "one\n\ntwo\n\nthree"),
        ("It&#x27;s &quot;fine&quot; &amp; dandy &gt; not", 'It\'s "fine" & dandy > not'),
        (
            '<a href="https:&#x2F;&#x2F;x.org&#x2F;a-long-page" rel="nofollow">'
            "https:&#x2F;&#x2F;x.org&#x2F;a-lo...</a>",
            "https://x.org/a-long-page",
        ),
        ('see <a href="https://x.org/" rel="nofollow">my bank</a>', "see my bank (https://x.org/)"),
        ("<p><pre><code>    if x:\n        y()\n</code></pre>", "if x:\n        y()"),
        ("<i>or</i> HN: the <b>Next</b>", "or HN: the Next"),
        ("a<br>b<br />c\r\nd\re", "a\nb\nc\nd\ne"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        ("x\n\n\n\n\ny   \nz", "x\n\ny\nz"),
        ("if a < b and c > d", "if a < b and c > d"),
        ("", ""),
        ("<p></p> &nbsp; ", ""),
    ],
)
def test_markup_becomes_the_layout_it_stands_for(original: str, readable: str) -> None:
    assert clean_text(original) == readable


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<iframe src=//evil.example></iframe>",
        '<b onclick="steal()">',
        "<span/onmouseover=x>",
        '<input value="5">',
    ],
)
def test_hostile_markup_is_shown_among_what_is_hidden(hostile: str) -> None:
    assert clean_text(f"before {hostile} after") == (
        f"before  after\n\n{HIDDEN_HEADING}\n{hostile}"
    )


def test_encoded_markup_is_shown_not_executed_away() -> None:
    assert clean_text("&lt;script&gt;alert(1)&lt;/script&gt;") == "<script>alert(1)</script>"
    assert clean_text("write &amp;lt; for a bracket") == "write &lt; for a bracket"


@pytest.mark.parametrize(
    "link",
    [
        "<a href=https://evil.example/>bank</a>",
        "<a href='https://evil.example/'>bank</a>",
        '<a href = "https://evil.example/" >bank</a>',
        '<a href="https://evil.example/"><b>bank</b></a>',
        '<a rel="nofollow" href="https://evil.example/" target=_blank>bank</a>',
        '<A HREF="https://evil.example/">bank</A>',
    ],
)
def test_a_link_always_shows_where_it_goes(link: str) -> None:
    assert clean_text(link) == "bank (https://evil.example/)"


def test_a_script_address_and_an_unreadable_one_are_shown() -> None:
    assert clean_text('<a href="javascript:x()">me</a>') == "me (javascript:x())"
    assert clean_text('<a href="http://[x">me</a>') == "me (http://[x)"
    assert clean_text('<a href="">me</a>') == "me ()"


def test_invisible_characters_cannot_split_or_reverse_a_word() -> None:
    assert clean_text("id\u200bio\u00adt \u2066a\u061cb\ufeff\x00") == "idiot ab"
    assert clean_text("👩\u200d👧") == "👩\u200d👧"


def test_an_endless_character_reference_is_replaced() -> None:
    assert clean_text("a&#" + "9" * 5000 + ";b") == "a\ufffdb"
    assert clean_text('<a href="x&#' + "9" * 5000 + ';">w</a>') == "w (x\ufffd)"
    assert clean_text("&#" + "0" * 5000 + "65;") == "A"
    assert clean_text("&#" + "0" * 5000) == "\ufffd"


MARKUP = st.text(
    st.sampled_from(["<", ">", "/", "a", "b", "p", "=", '"', "'", " ", "&", "#", ";", "x", "\n"])
)
TAG_PIECES = ["<a ", "href=", "href", '"', "'", ">", "</a>", "<p>", "<b", " class=x", "<!--"]
WORD_PIECES = ["&#x27;", "&#", "99999999999", "http://[", "&lt;", "\r", "\u202e", "\ud800", "\x00"]
PIECES = st.lists(st.sampled_from([*TAG_PIECES, *WORD_PIECES, "word"])).map("".join)


@given(st.one_of(st.text(st.characters()), MARKUP, PIECES))
@example("http://[")
def test_cleaning_never_raises_and_leaves_storable_text(text: str) -> None:
    cleaned = clean_text(text)
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned
    assert cleaned == cleaned.strip()
    assert "\n\n\n" not in cleaned


@given(st.text(st.characters(exclude_characters="<&")))
def test_text_without_markup_is_cleaned_once_and_for_all(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)


@given(st.text(st.characters(categories=["L", "N", "P"], exclude_characters="<&")))
def test_plain_words_come_through_unchanged(text: str) -> None:
    assert clean_text(text) == text


EVERY_ASCII = "".join(map(chr, range(128)))
LINES = st.text(st.sampled_from("aZ9 .'~!\t\n\r\x00\x1f\x7f\u00a0\u00e9<&"))
PRINTABLE = st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="<&")


@given(st.text(max_size=9) | LINES | PIECES | st.text(st.sampled_from(EVERY_ASCII)))
@example("a" * (MAX_COMMENT_CHARS + 1))
@example("a b\n")
def test_what_is_said_to_be_readable_as_it_is_passes_and_stays(text: str) -> None:
    if is_readable_as_it_is(text):
        check_text(text)
        assert clean_text(text) == text


@given(st.text(PRINTABLE, min_size=1))
def test_a_plain_line_is_seen_to_be_readable_as_it_is(line: str) -> None:
    assert is_readable_as_it_is(line) == (line == line.strip())


def test_a_character_more_than_are_taken_is_not_readable_as_it_is() -> None:
    assert is_readable_as_it_is("a" * MAX_COMMENT_CHARS)
    assert not is_readable_as_it_is("a" * (MAX_COMMENT_CHARS + 1))


ANCHORS = [
    "<a href=x",
    "<a href=",
    "<a ",
    "<a href=x>",
    "<a class=x ",
    "<a rel='' href='' ",
    "</a ",
]
OTHERS = ["<p class=", "<p ", "<br ", "<li ", " ", "\n", "&#9", "&#0", "&", "<", "</", " class=x"]
STYLES = ["<b style=a:b>", "<b style='calc(", "<b class=hidden>x</b>", "<svg><text>", "<details>"]
LAYERS = ["<i style=visibility:hidden><b style=visibility:visible>", "<img alt='a b c'>", "<style>"]
UNSEEN = ["<!--", "<![CDATA[", "<b you=x ", '<b x="', "<script>", "<i hidden>", "\u202ea\u0301"]


@pytest.mark.parametrize("piece", [*ANCHORS, *OTHERS, *STYLES, *LAYERS, *UNSEEN])
def test_hostile_characters_are_cleaned_at_once(piece: str) -> None:
    head = "<a href=" if piece == " class=x" else "<a"
    # Ten times what a comment may have: a quadratic scan would take hours and never end in time.
    length = 10 * MAX_COMMENT_CHARS
    clean_text((piece * length)[:length])
    clean_text((head + piece * length)[:length])
    clean_text(head + " href=" + "x" * length)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (" \n\t", "empty"),
        ("x" * (MAX_COMMENT_CHARS + 1), "50,001 characters"),
        ("secret\x00", "NUL"),
        ("secret\ud800", "lone surrogate"),
    ],
)
def test_text_that_cannot_be_stored_is_refused_without_repeating_it(
    text: str, complaint: str
) -> None:
    with pytest.raises(InvalidInput, match=complaint) as caught:
        check_text(text)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("original", "seen", "hidden"),
    [
        ('a<span style="display:none"> secret </span>b', "ab", "secret"),
        ('a <b onclick="x()">b</b> c', "a b c", '<b onclick="x()">'),
        ("<SPAN Style=x>a</Span>b", "ab", ""),
        ("<p style=x>one</p>two", "one\n\ntwo", ""),
        ('<li style="x">a</li><li>b</li>', "- a\n- b", ""),
        ("<span style=x><b style=y>in</b></span> out", "in out", ""),
        ('<a href="https://x.org"><img src=x></a> b', "https://x.org b", "<img src=x>"),
        ('<a href="1">x<a href="2">y</a></a>', "x (1)y (2)", ""),
        ('<a data-x="href=evil" href="good">w</a>', "w (good)", ""),
        ('<a href="first" href="second">w</a>', "w (first)", ""),
        ("<a href>w</a> <a name=top>x</a>", "w x", ""),
        ('<a title="you fool" href="1">w</a>', "w (1)", "you fool"),
        ('<a data-href="https://x.org" title="t">words', "words", "t"),
        ('<span aria-label="hm">x</span> y', "x y", "hm"),
        ("<span style=x>a <span>b</span>", "a b", ""),
        # A tag ends where a browser ends it: not inside a quoted value.
        ('<span style="a>b">x</span>', "x", ""),
        ("<span style='a<b'>x</span> y", "x y", ""),
        ('<span data-x="</span>">x</span>', "x", ""),
        ('<b x="1" y = "2>3" z>x</b>', "x", '<b x="1" y = "2>3" z>'),
        ('<span title="a>b">x</span>', "x", "a>b"),
        ('<a href="https://x.org/?a>b">w</a>', "w (https://x.org/?a>b)", ""),
        # What never ends is displayed where a site escapes its comments.
        ('<span style="a>x</span> she said "no"', '<span style="a>x</span> she said "no"', ""),
        ('<b "> "x</b>', '<b "> "x</b>', ""),
    ],
)
def test_tags_vanish_and_what_they_hide_stands_apart(original: str, seen: str, hidden: str) -> None:
    cleaned = clean_text(original)
    assert hidden_part(cleaned) == hidden
    assert cleaned == (f"{seen}\n\n{HIDDEN_HEADING}\n{hidden}" if hidden else seen)


NAMES = st.sampled_from(["span", "b", "a", "p", "li", "SPAN"])
ATTRIBUTES = st.sampled_from(["", " style=x", " you fool", ' title="t"', " href=u class=c"])


@given(NAMES, ATTRIBUTES, st.sampled_from(["w", "<b>w</b>", "<i x=y>w</i>", ""]))
def test_no_pair_of_tags_is_left_half(name: str, attributes: str, inner: str) -> None:
    cleaned = clean_text(f"before <{name}{attributes}>{inner}</{name}> after").lower()
    assert f"<{name.lower()}" in cleaned or f"</{name.lower()}" not in cleaned
    assert f"</{name.lower()}" in cleaned or f"<{name.lower()}" not in cleaned


@pytest.mark.parametrize(
    "piece",
    [
        *("<b x>", "<b x></i>", "<a x>", "<a href=u x>", "</b><b x>", "<b "),
        *('<b x="', "<b x='\"<b y=\"'", '<b x="" ', "<b =''=''"),
    ],
)
def test_fifty_thousand_characters_of_pairs_take_one_scan(piece: str) -> None:
    """A quadratic scan would take minutes and reach the suite's time limit."""
    text = (piece * MAX_COMMENT_CHARS)[:MAX_COMMENT_CHARS]
    assert len(clean_text(text)) <= 2 * MAX_COMMENT_CHARS


@pytest.mark.parametrize(
    ("original", "other"),
    [
        ("a\nb", "a\r\nb"),
        ("a\nb", "a\rb"),
        ("a", "a \n"),
        ("a b", "a&nbsp;b"),
        ("a b", "a\u202fb"),
        ("café", "cafe\u0301"),
        ("<p>A</p><p>B</p>", "A<p>B"),
        ("<p>A</p><p>B</p>", "A\n\nB"),
        ("it's", "it&#x27;s"),
        ("idiot", "id\u200biot"),
        ("<b>a</b>", "a"),
        ("a\nb", "a<br />\nb"),
        ("a\nb", "<p>a</p>\n<p>b</p>"),
        ("a\nb", "a\r\r\nb"),
        ("a\nb", "a\u2028b"),
        ("a\nb", "a \n  b"),
        ("a b", "a  b"),
        ("a b", "a\u2800b"),
        ("idiot", "id\u200diot"),
        ("idiot", "id\ufe0fiot"),
        ("idiot", "id\u034fiot"),
        ("idiot", "id\U000e0041iot"),
        ("idiot", "idiot\u2800"),
        ("café", "cafe\u034f\u0301"),
    ],
)
def test_two_spellings_of_one_text_are_the_same(original: str, other: str) -> None:
    assert is_same_text(original, other)
    assert is_same_text(other, original)


@pytest.mark.parametrize(
    ("original", "other"),
    [
        ("idiot", "\u0456diot"),
        ("a b", "ab"),
        ("a\nb", "a b"),
        ("a", "A"),
        ("a", "a!"),
        ("①", "1"),
        ("ab", "a\u3164b"),
    ],
)
def test_another_text_is_another_text(original: str, other: str) -> None:
    assert not is_same_text(original, other)

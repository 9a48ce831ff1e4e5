"""What a reader sees of a comment's HTML, and what is hidden in it."""

import pytest

from core.moderation.markup import MarkupView, read_markup


def view(seen: str, *hidden: str) -> MarkupView:
    return MarkupView(seen, hidden)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Inline tags join.
        ("k<font>i</font>ll", view("kill")),
        ("k<wbr>ill", view("kill")),
        ("k<!-- x -->ill", view("kill", " x ")),
        ("k<b style='color: red'>i</b>ll", view("kill")),
        ("k<span style='display: none'>x</span>ill", view("kill", "x")),
        ("k<script>x</script>ill", view("kill", "<script>x</script>")),
        ("k</b>ill", view("kill")),
        # Block tags part.
        ("a<h1>b</h1>c", view("a\n\nb\n\nc")),
        ("<tr><td>a</td><td>b</td></tr>", view("\n a b")),
        ("<details><summary>a</summary>b</details>", view("\n\n\na\nb\n\n")),
        # What a screen reader reads in place of an image stands in its place.
        ("f<img alt=u>ck", view("fuck", "<img alt=u>")),
        ("f<image alt=u>ck", view("fuck", "<image alt=u>")),
        ("a<!---->b", view("ab", "")),
        # A tag that can hold no words hides none.
        ("a<wbr hidden>b", view("ab")),
        # Letters that a browser replaces are no tag that never ended.
        ("<title>a\x00b", view("", "a\ufffdb")),
        ("<textarea>a<b>&amp;</textarea>", view("a<b>&", "<textarea>")),
    ],
)
def test_inline_tags_join_and_block_tags_part(text: str, expected: MarkupView) -> None:
    assert read_markup(text) == expected


@pytest.mark.parametrize(
    "words",
    [
        "<i will kill you>",
        "hello <b I will kill you, you fucking asshole> bye",
        "<you idiot>",
        "x</you>",
        "</b I will kill you>",
        "a < b and c > d",
        "I <3 you </3 all>",
        "<![CDATA[you fool]]>",
        "<?you fool>",
        "map<string, int> x",
        # A tag that never ends is none.
        "hello <b I will kill you",
        "one\n</3>\nthree <b I\nwill\nkill you",
        'x <b title="I will kill you> and <b>more</b>',
        "a </",
    ],
)
def test_words_in_angle_brackets_are_words_unless_they_are_a_tag(words: str) -> None:
    assert read_markup(words) == view(words)


@pytest.mark.parametrize(
    "tag",
    [
        "<input disabled>",
        "<details open>",
        "<ol reversed>",
        "<p class=x hidden>",
        "<a href>",
    ],
)
def test_attributes_that_need_no_value_are_no_words(tag: str) -> None:
    assert "<" not in read_markup(f"{tag}x").seen


def test_an_end_tag_belongs_to_the_last_tag_of_its_name() -> None:
    assert read_markup("<b you fool><b hidden>x</b>a</b>") == view("<b you fool>a</b>", "x")


def test_words_beside_the_attributes_of_a_tag_are_shown() -> None:
    tag = "<b class=x I will kill you>"
    assert read_markup(f"{tag}x</b>") == view("x", tag)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ('<a title="you fool">x</a>', "you fool"),
        ('<abbr title="you &amp;amp; fool">x</abbr>', "you &amp; fool"),
        ("<b aria-label=hm>x</b>", "hm"),
        ('<input placeholder="you fool">x', '<input placeholder="you fool">'),
        ('<img src="y.png" alt="">x', '<img src="y.png" alt="">'),
        ("<div style='VISIBILITY : hidden'>a<div>b</div>c</div>x", "\n\na\n\nb\n\nc\n\n"),
        ("<i style='font-size:0px'>a</i>x", "a"),
        ("<i style='opacity: 0'>a</i>x", "a"),
        ("<p hidden>a</p>x", "\n\na\n\n"),
        ("<template>a</template>x", "a"),
        ('<i hidden>a <a href="http://y.z">b</a></i>x', "a b (http://y.z)"),
        ("x<i hidden>never closed", "never closed"),
        ("x<!-- never closed", " never closed"),
    ],
)
def test_what_a_reader_can_only_uncover_is_hidden(text: str, hidden: str) -> None:
    found = read_markup(text)
    assert found.hidden == (hidden,)
    assert found.seen.strip() == "x"


@pytest.mark.parametrize("style", ["opacity: 0.9", "font-size: 0.8em", "display: block", "x"])
def test_a_style_that_hides_nothing_hides_nothing(style: str) -> None:
    assert read_markup(f'<i style="{style}">a</i>') == view("a")


def test_entities_are_decoded_exactly_once() -> None:
    assert read_markup("&amp;lt;b&amp;gt; &lt;b&gt; &#x6B;ill &copy") == view(
        "&lt;b&gt; <b> kill ©"
    )
    assert read_markup("<you &amp;lt; fool>") == view("<you &lt; fool>")


def test_an_element_that_turns_the_direction_becomes_the_control_that_does() -> None:
    assert read_markup("<bdo dir=rtl>ab</bdo>") == view("\u202eab\u202c")
    assert read_markup("<bdo>ab</bdo>") == view("\u202aab\u202c")

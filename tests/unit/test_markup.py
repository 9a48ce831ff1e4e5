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
        ("<details><summary>a</summary>b</details>", view("\n\n\na\n\n\n", "b")),
        ("<details open><summary>a</summary>b</details>", view("\n\n\na\nb\n\n")),
        # What a screen reader reads in place of an image stands in its place; within a word it is
        # uncertain.
        ("f<img alt=u>ck", view("fuck", "<img alt=u>", "fck")),
        ("f<image alt=u>ck", view("fuck", "<image alt=u>", "fck")),
        ("so <img alt=nice>", view("so nice", "<img alt=nice>", "nice")),
        (
            "so <img alt=nice style='display:none'>",
            view("so ", "<img alt=nice style='display:none'>", "nice"),
        ),
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
    assert read_markup(f"{tag}x</b>") == view("x", tag, "i will kill you")
    tag = '<b class="x" will="kill" you>'
    assert read_markup(f"{tag}x</b>") == view("x", tag, "will kill you")


@pytest.mark.parametrize(
    "tag",
    [
        "<b data-x=y aria-hidden=true epub:type=z ng-app=q>",
        '<p align=left lang=en dir=ltr id=a class="b c" itemprop=d>',
        "<td colspan=2 bgcolor=red valign=top>",
    ],
)
def test_attributes_that_authors_write_are_no_words(tag: str) -> None:
    assert read_markup(f"{tag}x").hidden == ()


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ('<a title="you fool">x</a>', "you fool"),
        ('<abbr title="you &amp;amp; fool">x</abbr>', "you &amp; fool"),
        ("<b aria-label=hm>x</b>", "hm"),
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


@pytest.mark.parametrize("style", ["opacity: 0.9", "font-size: 0.8em", "color: red", "x"])
def test_a_style_that_hides_nothing_hides_nothing(style: str) -> None:
    assert read_markup(f'<i style="{style}">a</i>') == view("a")


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ('<input type=text value="you fool" />', ["you fool"]),
        ('<input placeholder="you fool">', ["you fool"]),
        ('<iframe title="you fool" src="https://x.org" width="560"></iframe>', ["you fool"]),
        ('<meta name=x content="you fool">', ["you fool"]),
        ('<a href="#" onclick="x()" title="you fool">a</a>', ["you fool"]),
        ('<b data-tip="you fool">a</b>', ["you fool"]),
        ('<a name="you fool">a</a>', ["you fool"]),
        ('<q cite="https://x.org/you-poor-fool">a</q>', ["https://x.org/you-poor-fool"]),
        ('<video poster="you%20poor%20fool.png">', ["you%20poor%20fool.png"]),
        ('<iframe srcdoc="y<b>ou</b> fool"></iframe>', ["you fool"]),
        ('<iframe srcdoc="a<i hidden>you fool</i>"></iframe>', ["a", "you fool"]),
    ],
)
def test_words_of_an_attribute_stand_by_themselves(tag: str, words: list[str]) -> None:
    found = [piece for piece in read_markup(tag).hidden if not piece.startswith("<")]
    assert found == words


@pytest.mark.parametrize(
    "unseen",
    [
        *("<rp>x</rp>", "<audio>x</audio>", "<video>x</video>", "<canvas>x</canvas>"),
        *("<progress>x</progress>", "<meter>x</meter>", "<dialog>x</dialog>", "<i popover>x</i>"),
        *("<svg><defs>x</defs></svg>", "<svg><desc>x</desc></svg>", "<math><mphantom>x</mphantom>"),
        "<b style='display:none'><i style='display:block;visibility:visible'>x</i></b>",
        # What a browser opens again behind another end tag.
        "<u><b style='display:none'></u>x</b>",
        "<table style='display:none'><tr style='visibility:visible'><td>x</table>",
    ],
)
def test_what_no_browser_draws_is_not_seen(unseen: str) -> None:
    found = read_markup(f"k{unseen}ill")
    assert (found.seen, "x" in "".join(found.hidden)) == ("kill", True)


@pytest.mark.parametrize(
    "tag",
    [
        *('<i class="sr-only">', "<i class=d-none>", '<b class="a isHidden">', "<rt>", "<select>"),
        *("<font color=white>", "<font color=fff>", "<i style='color:#fff'>", "<svg><text>"),
        *("<i style='font-size:1px'>", "<i style='not-known:x'>", "<object data=x>"),
        *("<i hidden style='display:inline'>", "<rp style='display:inline'>"),
    ],
)
def test_words_in_doubt_are_read_in_place_and_apart(tag: str) -> None:
    end = "".join(f"</{name}>" for name in reversed([t.split()[0] for t in tag[1:-1].split("><")]))
    found = read_markup(f"k{tag}x{end}ill")
    assert found.seen == "kxill"
    assert {"kill", "x"} <= set(found.hidden)


@pytest.mark.parametrize(
    ("sheet", "tag"),
    [
        (".q{display:none}", "<i class=q>"),
        ("#q{font-size:0}", "<i id=q>"),
        ("I{opacity:0}", "<i>"),
        ("[title]{display:none}", "<i title=a>"),
        (":nth-child(2){display:none}", "<i>"),
        (".\\71{display:none}", "<i class=q>"),
    ],
)
def test_what_a_comments_own_style_sheet_selects_is_in_doubt(sheet: str, tag: str) -> None:
    for text in (f"<style>{sheet}</style>k{tag}x</i>ill", f"k{tag}x</i>ill<style>{sheet}"):
        assert "kill" in read_markup(text).hidden
    assert "kill" not in read_markup(f"<style>.z{{a:b}}</style>k{tag}x</i>ill").hidden


def test_an_element_without_a_class_is_selected_by_none() -> None:
    sheet = "<style>.z{display:none}</style>"
    assert "kill" not in read_markup(f"{sheet}k<i>x</i>ill").hidden
    assert "kill" in read_markup(f"{sheet}k<i class=z>x</i>ill").hidden


def test_elements_of_a_drawing_are_none_behind_its_end() -> None:
    assert read_markup("<svg><desc>a</desc></svg><desc>b</desc>").seen == "<desc>b</desc>"
    assert read_markup("<svg><svg></svg><desc>a</desc></svg>b").seen == "b"


def test_elements_in_doubt_are_left_out_together_and_alone() -> None:
    hidden = read_markup("k<i class=hidden>x</i><i class=d-none>i</i>ll").hidden
    assert {"kll", "kill", "kxll"} <= set(hidden)
    # What holds the whole comment is left in place.
    assert "kill" in read_markup("<p class=white>k<i class=hidden>x</i>ill</p>").hidden
    assert read_markup("<p class=white>kill</p>").hidden == ()
    many = "".join(f"<i class='hidden a{at}'>x</i>" for at in range(9))
    assert "kill" in read_markup(f"k{many}ill").hidden


def test_only_the_paragraphs_that_change_are_read_twice() -> None:
    found = read_markup("one<p>two<p>k<i class=hidden>x</i>ill<p>four")
    assert found.hidden == ("kill", "x")


@pytest.mark.parametrize(
    "text",
    [
        "<p hidden>x<p>kill",
        "<p hidden>x<div>kill</div>",
        "<li hidden>x<li>kill",
        "<table><tr hidden><td>x<tr><td>kill",
        "<div><span hidden>x</div>kill",
    ],
)
def test_a_hidden_element_ends_where_a_browser_ends_it(text: str) -> None:
    found = read_markup(text)
    assert found.seen.strip(" -\n") == "kill"
    assert [piece.strip(" -\n") for piece in found.hidden] == ["x"]


def test_what_is_shown_again_within_a_hidden_element_is_seen() -> None:
    shown = "<b style='font-size:9px;color:red;visibility:visible'>kill</b>"
    for style in ("font-size:0", "color:transparent", "visibility:hidden"):
        assert read_markup(f"<i style='{style}'>x{shown}y</i>!") == view("kill!", "xy")


@pytest.mark.parametrize(
    ("style", "turned"),
    [
        ("unicode-bidi:bidi-override;direction:rtl", "\u202eab\u202c"),
        ("unicode-bidi:isolate-override", "\u2066\u202dab\u202c\u2069"),
        ("direction:rtl", "ab"),
    ],
)
def test_a_style_that_turns_the_direction_becomes_the_control_that_does(
    style: str, turned: str
) -> None:
    assert read_markup(f"<i style='{style}'>ab</i>") == view(turned)


def test_entities_are_decoded_exactly_once() -> None:
    assert read_markup("&amp;lt;b&amp;gt; &lt;b&gt; &#x6B;ill &copy") == view(
        "&lt;b&gt; <b> kill ©"
    )
    assert read_markup("<you &amp;lt; fool>") == view("<you &lt; fool>")


def test_an_element_that_turns_the_direction_becomes_the_control_that_does() -> None:
    assert read_markup("<bdo dir=rtl>ab</bdo>") == view("\u2067\u202eab\u202c\u2069")
    assert read_markup("<bdo>ab</bdo>") == view("\u2066\u202dab\u202c\u2069")

"""What a `style` does to the sight of words, as browsers read it."""

import pytest

from core.moderation.styles import sight_of


@pytest.fixture(autouse=True)
def _nothing_is_known_yet() -> None:
    """Each style is read, even if a test before has read it."""
    sight_of.cache_clear()


@pytest.mark.parametrize(
    "style",
    [
        *(
            "display:none",
            "display:/**/none",
            "d\\69splay:n\\6fne",
            "DISPLAY : None",
            ";;display:none",
        ),
        *("display:none;display:foo", "display:none!important;display:block", "x;display:none"),
        *("display:none;display:none foo", "display:table-column", "content-visibility:hidden"),
        *("opacity:0", "opacity:.0", "opacity:0e0", "opacity:-1", "opacity:+0", "opacity:0%"),
        *(
            "opacity:calc(0)",
            "opacity:calc((0))",
            "filter:opacity(0)",
            "filter:blur(0) opacity(0%)",
        ),
        *("position:absolute;left:-9999px", "position:fixed;top:-999px", "text-indent:-99em"),
        *("position:absolute;inset:0 0 0 -100in", "margin-left:-9999px", "margin:0 0 0 -999px"),
        *("position:absolute;clip:rect(0,0,0,0)", "position:absolute;clip:rect(1px 1px 1px 1px)"),
        *(
            "position:absolute;clip:rect(9px,5px,8px,0)",
            "position:absolute;clip:rect(0,3px,8px,4px)",
        ),
        *("clip-path:inset(50%)", "clip-path:inset(100%)", "clip-path:circle(0)"),
        *("transform:scale(0)", "transform:scaleX(0)", "transform:translate(-9999px)", "scale:0"),
    ],
)
def test_these_hide_all_they_hold(style: str) -> None:
    assert sight_of(style).hides == "element"


@pytest.mark.parametrize(
    ("style", "hides"),
    [
        *((style, "font-size") for style in ("font-size:0PX", "font-size:calc(0em)")),
        *((style, "font-size") for style in ("font:0/0 a", "font:0px arial", "font:bold 0 'b c'")),
        *((style, "visibility") for style in ("visibility:hidden", "visibility:collapse")),
        *((style, "color") for style in ("color:transparent", "color:#0000", "color:#11223300")),
        *((style, "color") for style in ("color:rgba(1,2,3,0)", "color:rgb(1 2 3 / 0%)")),
        *((style, "color") for style in ("color:hsl(0 0% 0% / 0)", "color:oklch(0 0 0 / 0)")),
        ("-webkit-text-fill-color:transparent", "color"),
        ("color:red;color:transparent;color:nonsense", "color"),
    ],
)
def test_what_these_hide_may_be_shown_again_inside(style: str, hides: str) -> None:
    assert sight_of(style).hides == hides


@pytest.mark.parametrize(
    "style",
    [
        *("color:#fff", "color:ivory", "color:canvas", "color:white;background:white"),
        *(
            "color:#123;background:#124",
            "background:black",
            "color:rgb(0 0 0/.1)",
            "color:lab(1 1 1)",
        ),
        *("font-size:1px", "font-size:.1em", "font-size:10%", "font-size:calc(1px - 1px)"),
        *("position:absolute", "float:right", "z-index:-1", "text-indent:100%;overflow:hidden"),
        *("opacity:.01", "opacity:calc(1 - 1)", "opacity:var(--x)", "color:var(--x)"),
        *("height:0;overflow:hidden", "max-width:0;overflow-x:clip", "letter-spacing:-1em"),
        *("mask:linear-gradient(transparent,transparent)", "all:unset", "animation:a 1s", "a:b"),
        *("color:transparent;text-shadow:0 0 red", "line-height:0", "position:relative;left:-9em"),
        *(
            "color:transparent;background-clip:text",
            "clip-path:url(#a)",
            "transform:rotateX(90deg)",
        ),
        *("color:lab(1 1 1)", "transform:rotateX(90deg)", "a:" + "b" * 1_000),
    ],
)
def test_these_leave_it_in_doubt(style: str) -> None:
    found = sight_of(style)
    assert (found.hides, found.is_in_doubt) == (None, True)


@pytest.mark.parametrize(
    "style",
    [
        *("", "x", "color:red", "color:#333;background:#fff", "color:white;background:#333"),
        *("display:none;display:block", "display:block!important;display:none", "display:none}"),
        *("opacity:.9", "font-size:12px", "font:12px/1.5 Arial, sans-serif", "font-size:-1px"),
        *("z-index:-1 2", "opacity:0 0"),
        *("font-size:0;font-size:small", "font-size:0;font-size:initial"),
        *("left:-9999px", "clip:rect(0,0,0,0)", "overflow:hidden", "width:100%;height:0"),
        *(
            "margin:0 auto;padding:4px;text-align:center;line-height:1.5",
            "--x:none",
            "color:nonsense",
        ),
        *("font-weight:bold;text-decoration:underline;background-color:yellow", "mso-x:y"),
        *("border:1px solid red;vertical-align:top;white-space:pre-wrap", "zz/*:"),
    ],
)
def test_these_hide_nothing(style: str) -> None:
    found = sight_of(style)
    assert (found.hides, found.is_in_doubt) == (None, False)


@pytest.mark.parametrize(
    "style", ["(" * 900, "a:" + "calc(" * 190, "a:{" * 300, "a:'" * 300, "\\" * 900]
)
def test_nothing_in_a_style_is_too_deep(style: str) -> None:
    assert sight_of(f"opacity:{style}").hides is None

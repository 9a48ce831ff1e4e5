"""What browsers know of HTML: the names of tags, how a tag parts the text around it, and which tags
and attributes hold something that readers don't see at once."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


INLINE = _names(
    "a abbr acronym applet area audio b base basefont bdi bdo bgsound big blink button canvas cite "
    "code data datalist del dfn em embed font frame i iframe image img input ins kbd keygen label "
    "link map mark marquee meta meter nobr noembed noframes noscript object optgroup option output "
    "param picture progress q rb rp rt rtc ruby s samp script select slot small source spacer span "
    "strike strong style sub sup template textarea time title track tt u var video wbr"
)
PARAGRAPHS = _names(
    "address article aside blockquote body center details dialog dir div dl fieldset figure footer "
    "form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend listing main menu nav ol p "
    "plaintext pre search section table ul xmp"
)
LINES = _names("br caption col colgroup dd dt figcaption summary tbody tfoot thead tr")
BREAKS = {
    **dict.fromkeys(PARAGRAPHS, "\n\n"),
    **dict.fromkeys(LINES, "\n"),
    "li": "\n- ",
    "td": " ",
    "th": " ",
}
"""What a tag becomes in the text; every other known tag becomes nothing."""
END_BREAKS = {
    **dict.fromkeys(PARAGRAPHS, "\n\n"),
    **dict.fromkeys(("caption", "dd", "dt", "figcaption", "summary"), "\n"),
}
KNOWN = INLINE | BREAKS.keys()
VOID = _names(
    "area base basefont bgsound br col embed frame hr image img input keygen link meta param "
    "source spacer track wbr"
)

# Nothing between the tags is displayed.
UNSEEN = _names("datalist noembed noframes noscript template title")
# The same, and a reader should be shown the tags too.
UNSEEN_CODE = _names("iframe script style")
# They load, run or ask for something.
ACTIVE = UNSEEN_CODE | _names(
    "applet area audio base bgsound button embed form frame frameset image img input keygen link "
    "map meta object param select source textarea track video"
)
# Words for the mouse or a screen reader.
WORDED = (
    "alt",
    "title",
    "aria-label",
    "aria-description",
    "aria-roledescription",
    "aria-valuetext",
    "label",
    "placeholder",
    "summary",
)
# Attributes that authors of real tags write without a value.
BARE = _names(
    "allowfullscreen alt async autofocus autoplay checked class compact contenteditable controls "
    "declare default defer dir disabled download draggable formnovalidate hidden href id inert "
    "ismap itemscope lang loop multiple muted name nohref nomodule noresize noshade novalidate "
    "nowrap open playsinline readonly rel required reversed seamless selected src style target "
    "title value"
)

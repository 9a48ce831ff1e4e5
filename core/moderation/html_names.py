"""What browsers know of HTML: the names of tags, how a tag parts the text around it, and which tags
and attributes hold something that readers don't see at once."""


def names_in(text: str) -> frozenset[str]:
    return frozenset(text.split())


INLINE = names_in(
    "a abbr acronym applet area audio b base basefont bdi bdo bgsound big blink button canvas "
    "cite code data datalist del dfn em embed font frame i iframe image img input ins kbd "
    "keygen label link map mark marquee math meta meter nobr noembed noframes noscript object "
    "optgroup option output param picture progress q rb rp rt rtc ruby s samp script select "
    "slot small source spacer span strike strong style sub sup svg template textarea time title "
    "track tt u var video wbr"
)
PARAGRAPHS = names_in(
    "address article aside blockquote body center details dialog dir div dl fieldset figure footer "
    "form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend listing main menu nav ol p "
    "plaintext pre search section table ul xmp"
)
LINES = names_in("br caption col colgroup dd dt figcaption summary tbody tfoot thead tr")
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
ENDED_BY = {
    **dict.fromkeys(PARAGRAPHS, names_in("p")),
    "a": names_in("a"),
    "button": names_in("button"),
    "li": names_in("li p"),
    **dict.fromkeys(("dd", "dt"), names_in("dd dt p")),
    **dict.fromkeys(("option", "optgroup"), names_in("option optgroup")),
    **dict.fromkeys(("rp", "rt"), names_in("rp rt")),
    **dict.fromkeys(("td", "th"), names_in("td th")),
    **dict.fromkeys(("tr", "tbody", "tfoot", "thead"), names_in("td th tr tbody tfoot thead")),
}
"""The elements that a start tag ends, by its name."""
FORMATTING = names_in("a b big code em font i nobr s small strike strong tt u")
"""Browsers open them again behind an end tag that closes something around them."""
VOID = names_in(
    "area base basefont bgsound br col embed frame hr image img input keygen link meta param "
    "source spacer track wbr"
)

FOREIGN = names_in(
    "a animate annotation annotation-xml circle clippath defs desc ellipse filter foreignobject g "
    "image line lineargradient marker mask metadata mfrac mi mn mo mover mpadded mphantom mroot "
    "mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover path "
    "pattern polygon polyline radialgradient rect script semantics set stop style switch symbol "
    "text textpath title tspan use view"
)
"""Known inside `svg` and `math` alone."""
FOREIGN_ROOTS = names_in("svg math")

# Nothing between the tags is displayed: some hold what browsers of old get in place of a player.
UNSEEN = names_in(
    "audio canvas datalist meter noembed noframes noscript progress rp template title video"
)
UNSEEN_FOREIGN = names_in(
    "annotation annotation-xml clippath defs desc filter lineargradient marker mask metadata "
    "mphantom pattern radialgradient symbol title"
)
# Not displayed until they are opened.
CLOSED = names_in("details dialog")
# Displayed above the letters around them, in a field, or only where something else does not load.
APART = names_in("object rt rtc select svg")
# The same, and a reader should be shown the tags too.
UNSEEN_CODE = names_in("iframe script style")
# They load, run or ask for something.
ACTIVE = UNSEEN_CODE | names_in(
    "applet area audio base bgsound button embed form frame frameset image img input keygen link "
    "map meta object param select source textarea track video"
)

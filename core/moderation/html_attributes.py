"""What browsers know of the attributes of HTML, and which of them hold words or addresses."""

from core.moderation.html_names import names_in

WORDED = (
    "alt",
    "title",
    "aria-label",
    "aria-description",
    "aria-placeholder",
    "aria-roledescription",
    "aria-valuetext",
    "label",
    "placeholder",
    "summary",
    "value",
    "content",
    "abbr",
    "standby",
)
"""Words for the mouse, a screen reader or a form's field."""
ADDRESSED = (
    "cite",
    "src",
    "data",
    "longdesc",
    "xlink:href",
    "poster",
    "background",
    "action",
    "formaction",
)
"""They lead somewhere; `href` has a rule of its own."""
BARE = names_in(
    "allowfullscreen alt async autofocus autoplay checked class compact contenteditable controls "
    "declare default defer dir disabled download draggable formnovalidate hidden href id inert "
    "ismap itemscope lang loop multiple muted name nohref nomodule noresize noshade novalidate "
    "nowrap open playsinline popover readonly rel required reversed seamless selected src style "
    "target title value"
)
"""Those that authors of real tags write without a value."""
ATTRIBUTES = (
    BARE
    | frozenset(WORDED)
    | frozenset(ADDRESSED)
    | names_in(
        "accept accept-charset accesskey align alink allow allowtransparency anchor archive as "
        "autocapitalize autocomplete axis bgcolor blocking border bordercolor cellpadding "
        "cellspacing char charoff charset classid clear code codebase codetype color cols colspan "
        "coords crossorigin datetime decoding direction dirname dynsrc elementtiming encoding "
        "enctype enterkeyhint exportparts face fetchpriority for form formenctype formmethod "
        "formtarget frame frameborder headers height high hreflang hspace imagesizes imagesrcset "
        "inputmode integrity is itemid itemprop itemref itemtype kind language link list loading "
        "low lowsrc marginheight marginwidth max maxlength mayscript media method min minlength "
        "nonce object optimum part pattern ping popovertarget preload profile prompt property "
        "referrerpolicy resource rev role rows rowspan rules sandbox scheme scope scrolling "
        "scrollamount scrolldelay shape size sizes slot source span spellcheck srcdoc srclang "
        "srcset start step tabindex text translate type typeof usemap valign valuetype version "
        "vlink vocab vspace width wrap wmode xmlns "
        # Of SVG and MathML.
        "baseprofile clip-path cx cy d displaystyle dx dy fill filter fx fy gradientunits id "
        "in in2 marker-end mask mathvariant offset opacity patternunits points "
        "preserveaspectratio r refx refy result rotate rx ry stop-color stroke systemlanguage "
        "textlength transform viewbox x x1 x2 y y1 y2"
    )
)
"""Those that some browser knew once, except those with a hyphen or a colon in their name."""

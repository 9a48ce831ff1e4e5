"""What axe-core finds on a page that is drawn, and what a screen reader reads of it."""

import re
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import Any

from axe_playwright_python.sync_playwright import Axe

GRAVE = ("serious", "critical")
# Streamlit's own list of pages on a narrow screen has groups where only entries may be; a page
# can't change that.
NOT_OURS = [["[data-testid='stSidebarNav']"]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that is broken, with an element that breaks it and why."""

    rule: str
    why: str
    element: str


def read_in(page: Any, language: str) -> None:
    """What the page opens next, it asks for in that language."""
    agent = page.evaluate("navigator.userAgent")
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setUserAgentOverride", {"userAgent": agent, "acceptLanguage": language})


def grave_findings(page: Any) -> list[Finding]:
    """Those that axe-core calls serious or critical, one for each rule and reason."""
    result = Axe().run(page, context={"exclude": NOT_OURS}, options={"resultTypes": ["violations"]})
    violations = result.response["violations"]
    found = {}
    for violation in violations:
        if violation["impact"] in GRAVE:
            for node in violation["nodes"]:
                why = " ".join((node["failureSummary"] or "").split())
                found[violation["id"], why] = Finding(violation["id"], why, node["html"][:200])
    return list(found.values())


OPERATED = (
    "button", "link", "textbox", "combobox", "checkbox", "radio", "slider", "spinbutton", "switch",
    "tab", "menuitem", "searchbox",
)  # fmt: skip
_NODE = re.compile(
    r"""^(?P<indent> *)- '?(?P<role>[a-z]+)(?: "(?P<name>(?:[^"\\]|\\.)*)")?(?P<rest>.*)$"""
)
_LEVEL = re.compile(r"\[level=(\d)\]")
# A word such as arrow_drop_down is a picture in Material's font, and no name.
_PICTURE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


def tree_faults(page: Any) -> list[str]:
    """What is wrong with the tree of roles and names that a screen reader gets: no main part or
    several, no heading before the rest of it, levels of headings left out, what can be operated
    without a name or with the name of a picture."""
    nodes = [found for line in _tree(page).splitlines() if (found := _NODE.match(line))]
    inside = [
        node for node in _below(nodes, "main") if node["role"] not in ("text", "paragraph", "img")
    ]
    faults = [] if sum(node["role"] == "main" for node in nodes) == 1 else ["not one main part"]
    if not any(node["role"] == "heading" for node in inside):
        faults.append("no heading in the main part")
    levels = [int(found[1]) for node in inside if (found := _LEVEL.search(node["rest"]))]
    for before, after in pairwise(levels):
        if after > before + 1:
            faults.append(f"a heading of level {after} below one of level {before}")
    for node in nodes:
        if node["role"] in OPERATED:
            name = node["name"] or ""
            if not name.strip():
                faults.append(f"no name: {node[0].strip()[:80]}")
            elif _PICTURE.search(name):
                faults.append(f"the name of a picture: {node[0].strip()[:80]}")
    return faults


def _tree(page: Any) -> str:
    tree: str = page.locator("body").aria_snapshot()
    return tree


def _below(nodes: list[re.Match[str]], role: str) -> list[re.Match[str]]:
    place = next((place for place, node in enumerate(nodes) if node["role"] == role), len(nodes))
    if place == len(nodes):
        return []
    depth = len(nodes[place]["indent"])
    return list(takewhile(lambda node: len(node["indent"]) > depth, nodes[place + 1 :]))

"""What axe-core finds on a page that is drawn."""

from dataclasses import dataclass
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

"""docs/api_keys.md has every scope and the paths that it opens."""

import re
from pathlib import Path

from core.moderation.api_keys import KeyScope
from core.serving.paths import scope_of

PAGE = (Path(__file__).parents[2] / "docs" / "api_keys.md").read_text("utf-8")


def test_each_scope_opens_the_paths_that_the_page_names() -> None:
    rows = dict(re.findall(r"^\| `([a-z:]+)` \| (.*) \|$", PAGE, re.MULTILINE))
    assert set(rows) == set(KeyScope)
    for scope, cell in rows.items():
        paths = re.findall(r"(/[^\s`]+)", cell)
        assert paths
        assert {scope_of(path.replace("{id}", "1")) for path in paths} == {scope}

"""The numbers beside the axes of charts, which know the English form alone."""

import json
from typing import Any

from dashboard.staff_texts import say


def own_numbers() -> dict[str, Any]:
    """The argument of an axis by which its numbers have the reader's form; none where that is the
    English one."""
    thousands, decimal = say("form.thousands"), say("form.decimal")
    if decimal == ".":
        return {}
    marked = "join(split(datum.label, ','), '|')"
    with_decimal = f"replace({marked}, '.', {json.dumps(decimal)})"
    return {"labelExpr": f"join(split({with_decimal}, '|'), {json.dumps(thousands)})"}

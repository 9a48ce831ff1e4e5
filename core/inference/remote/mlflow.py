"""MLflow's scoring server: `/invocations`."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from core.inference.remote.any_row import any_row
from core.inference.remote.shapes import at, ordered
from core.inference.remote.transport import HttpRequest, HttpResponse
from core.inference.remote.wire_format import Row, WireFormat

FORMS = ("inputs", "instances", "dataframe_split", "dataframe_records")


class MlflowInvocations(WireFormat):
    """The body has one of four forms, never a bare list. A transformers pipeline logged with its
    defaults answers with the best label alone, whatever `params` say, which is refused; one logged
    with `model_config={"top_k": None}` gives all labels."""

    path = "invocations"
    options: ClassVar[Mapping[str, type]] = {"form": str, "column": str, "params": dict}

    def request(self, texts: Sequence[str]) -> HttpRequest:
        options = self.config.options
        form, column = options.get("form", FORMS[0]), options.get("column", "text")
        bodies: dict[str, object] = {
            "inputs": list(texts),
            "instances": list(texts),
            "dataframe_split": {"columns": [column], "data": [[text] for text in texts]},
            "dataframe_records": [{column: text} for text in texts],
        }
        body = {form: bodies[form]}
        if "params" in options:
            body["params"] = options["params"]
        return HttpRequest(self.path, body)

    def problem(self) -> str | None:
        form = self.config.options.get("form", FORMS[0])
        return None if form in FORMS else f"`form` is {form!r}; it can be {', '.join(FORMS)}"

    def rows(self, response: HttpResponse, count: int) -> Sequence[Row]:
        found = ordered(at(response.body, "predictions"), count)
        return [any_row(self, item) for item in found]

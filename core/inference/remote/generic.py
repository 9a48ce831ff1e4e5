"""Any JSON service: the request from a template, the scores from a path in the answer."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from core.inference.backends_file import BackendConfig
from core.inference.remote.any_row import any_row
from core.inference.remote.shapes import at, ordered
from core.inference.remote.transport import HttpRequest, HttpResponse
from core.inference.remote.wire_format import Row, WireFormat

ALL_TEXTS = "{texts}"
ONE_TEXT = "{text}"


class GenericJson(WireFormat):
    """In `request`, the value "{texts}" is replaced by the list of texts; with "{text}" each text
    is sent in a request of its own. `results` is the path to the list of results (with "{text}": to
    the single result), `scores` the path to the scores inside each. For Modal, BentoML, LitServe,
    SageMaker behind a signing proxy."""

    options: ClassVar[Mapping[str, type]] = {
        "request": dict,
        "results": str,
        "scores": str,
        "logits": bool,
        "follows_303": bool,
    }

    def __init__(self, config: BackendConfig) -> None:
        super().__init__(config)
        if self.takes_one:
            self.batch_size = 1

    @property
    def gives_logits(self) -> bool:
        return bool(self.config.options.get("logits", False))

    @property
    def takes_one(self) -> bool:
        """Whether each text is sent in a request of its own."""
        return _holds(self._template, ONE_TEXT)

    @property
    def _template(self) -> Any:
        return self.config.options.get("request", {"inputs": ALL_TEXTS})

    def problem(self) -> str | None:
        if self.takes_one or _holds(self._template, ALL_TEXTS):
            return None
        return f'`request` must hold "{ALL_TEXTS}" or "{ONE_TEXT}" as a value'

    def request(self, texts: Sequence[str]) -> HttpRequest:
        return HttpRequest("", _filled(self._template, texts))

    def rows(self, response: HttpResponse, count: int) -> Sequence[Row]:
        found = at(response.body, *_steps(self.config.options.get("results", "")))
        results = [found] if self.takes_one else ordered(found, count)
        inner = _steps(self.config.options.get("scores", ""))
        return [any_row(self, _named_scores(result, inner)) for result in results]


def _named_scores(result: Any, steps: list[str | int]) -> Any:
    """The value at the path; a bare list of scores is joined with the `labels` next to it."""
    found = at(result, *steps)
    beside = at(result, *steps[:-1])
    if steps and isinstance(found, list) and isinstance(beside, dict) and "labels" in beside:
        return found if _is_labelled(found) else {"labels": beside["labels"], "scores": found}
    return found


def _is_labelled(found: list[Any]) -> bool:
    return any(isinstance(item, dict) for item in found)


def _filled(template: Any, texts: Sequence[str]) -> Any:
    if template == ALL_TEXTS:
        return list(texts)
    if template == ONE_TEXT:
        return texts[0]
    if isinstance(template, dict):
        return {key: _filled(value, texts) for key, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, texts) for value in template]
    return template


def _holds(template: Any, mark: str) -> bool:
    if isinstance(template, dict):
        return any(_holds(value, mark) for value in template.values())
    if isinstance(template, list):
        return any(_holds(value, mark) for value in template)
    return bool(template == mark)


def _steps(path: str) -> list[str | int]:
    return [int(step) if step.isdecimal() else step for step in path.split(".") if step]

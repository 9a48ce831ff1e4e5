"""The open inference protocol (KServe v2): metadata, health and `infer` of the one model.

The input is one tensor `text` of BYTES, the output one tensor `scores` of FP32 with a row for each
text and a column for each label. The tensor's `parameters` name the columns.
"""

from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from core.errors import InvalidInput, NotFound
from core.inference.base import BackendInfo
from core.serving.paths import ErrorFormat
from core.serving.process import ApiProcess
from core.serving.request_body import is_unicode, parse_json, read_body
from core.serving.scoring import Scoring, read_texts
from core.serving.wire_docs import body_docs, error_docs
from core.servinglog.record import ORIGIN

ROUTER = APIRouter(
    tags=["Open inference protocol"], responses=error_docs(ErrorFormat.OPEN_INFERENCE)
)
INPUT, OUTPUT = "text", "scores"
_EXAMPLE = {
    "inputs": [
        {"name": INPUT, "shape": [1], "datatype": "BYTES", "data": ["Have a nice day."]},
    ]
}


@ROUTER.get("/v2", response_model=None)
async def get_server() -> JSONResponse:
    """The server's name, version and extensions."""
    name = "moderation-console"
    return JSONResponse({"name": name, "version": version(name), "extensions": []})


@ROUTER.get("/v2/health/live", response_model=None)
async def get_live() -> JSONResponse:
    """Whether the process answers."""
    return JSONResponse({"live": True})


@ROUTER.get("/v2/health/ready", response_model=None)
async def get_ready(request: Request) -> JSONResponse:
    """Whether comments can be stored and scored, as in `/healthz`; 503 if not."""
    process: ApiProcess = request.app.state.process
    await process.readiness.check()
    return JSONResponse({"ready": True})


@ROUTER.get("/v2/models/{model}", response_model=None)
@ROUTER.get("/v2/models/{model}/versions/{model_version}", response_model=None)
async def get_model(request: Request, model: str, model_version: str | None = None) -> JSONResponse:
    """Inputs, outputs and labels of the model. Its name is that of its backend in the settings."""
    info = _info(request, model, model_version)
    scores = {
        "name": OUTPUT,
        "datatype": "FP32",
        "shape": [-1, len(info.labels)],
        "parameters": _parameters(info),
    }
    return JSONResponse(
        {
            "name": info.name,
            "versions": [info.model_version],
            "platform": info.runtime,
            "inputs": [{"name": INPUT, "datatype": "BYTES", "shape": [-1]}],
            "outputs": [scores],
        }
    )


@ROUTER.get("/v2/models/{model}/ready", response_model=None)
@ROUTER.get("/v2/models/{model}/versions/{model_version}/ready", response_model=None)
async def get_model_ready(
    request: Request, model: str, model_version: str | None = None
) -> JSONResponse:
    """Whether this model can score; 503 if not."""
    info = _info(request, model, model_version)
    process: ApiProcess = request.app.state.process
    await process.readiness.check_backend()
    return JSONResponse({"name": info.name, "ready": True})


_BODY = body_docs(f"One tensor `{INPUT}` of BYTES with a text an element.", _EXAMPLE)


@ROUTER.post("/v2/models/{model}/infer", response_model=None, openapi_extra=_BODY)
@ROUTER.post(
    "/v2/models/{model}/versions/{model_version}/infer", response_model=None, openapi_extra=_BODY
)
async def post_infer(
    request: Request, model: str, model_version: str | None = None
) -> JSONResponse:
    """Score texts; nothing is stored. `scores` has a row for each text and a column for each label,
    in row-major order; the columns are in the order of `parameters.labels`.
    `parameters.unread_chars` says of each text how many characters at its end were not read."""
    process: ApiProcess = request.app.state.process
    info = _info(request, model, model_version)
    body = parse_json(await read_body(request))
    answer_id = _answer_id(body)
    texts = read_texts(_read_data(body), INPUT)
    process.weigh(request, texts)
    scored = await process.scoring.score(texts)
    labels = info.labels
    scores = {
        "name": OUTPUT,
        "datatype": "FP32",
        "shape": [len(texts), len(labels)],
        "parameters": {
            **_parameters(info),
            "unread_chars": [result.unread_chars for result in scored.results],
        },
        "data": [result.scores.get(label) for result in scored.results for label in labels],
    }
    answer: dict[str, Any] = {"model_name": info.name, "model_version": info.model_version}
    return JSONResponse(answer | {"id": answer_id, "outputs": [scores]})


def _read_data(body: object) -> list[object]:
    """The elements of the one input tensor. Raises InvalidInput."""
    inputs = body.get("inputs") if isinstance(body, dict) else None
    if not isinstance(inputs, list) or len(inputs) != 1 or not isinstance(inputs[0], dict):
        raise InvalidInput(f"`inputs` must hold one tensor, `{INPUT}`")
    tensor = inputs[0]
    if tensor.get("name") != INPUT or tensor.get("datatype") != "BYTES":
        raise InvalidInput(f"the input tensor must be `{INPUT}` of datatype BYTES")
    data, shape = tensor.get("data"), tensor.get("shape")
    if not isinstance(data, list):
        raise InvalidInput("the tensor's `data` must be a list of texts")
    # Clients send a column of texts with a trailing dimension of 1.
    if shape not in ([len(data)], [len(data), 1]):
        raise InvalidInput(f"the tensor's `shape` must be [{len(data)}], as its `data` has")
    _check_outputs(body)
    return data


def _check_outputs(body: object) -> None:
    wanted = body.get("outputs") if isinstance(body, dict) else None
    if wanted is None:
        return
    names = (
        [each.get("name") if isinstance(each, dict) else None for each in wanted]
        if isinstance(wanted, list)
        else [None]
    )
    if names != [OUTPUT]:
        raise InvalidInput(f"the only output is `{OUTPUT}`")


def _answer_id(body: object) -> str:
    """The request's own, which the answer repeats. Raises InvalidInput."""
    given = body.get("id") if isinstance(body, dict) else None
    if isinstance(given, str):
        if not is_unicode(given):
            raise InvalidInput("`id` holds a lone surrogate, which is not valid Unicode")
        return given
    caller = ORIGIN.get()
    return caller.request_id if caller else ""


def _info(request: Request, model: str, model_version: str | None) -> BackendInfo:
    scoring: Scoring = request.app.state.process.scoring
    info = scoring.info
    if model != info.name or model_version not in (None, info.model_version):
        raise NotFound(f"the only model here is `{info.name}`, version `{info.model_version}`")
    return info


def _parameters(info: BackendInfo) -> dict[str, Any]:
    return {"labels": list(info.labels), "activation": info.activation}

"""The API as an ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import HTMLResponse, RedirectResponse

from core.addresses import LOOPBACK_NAMES
from core.bootstrap.outbox import make_senders
from core.bootstrap.services import Services
from core.errors import BackendError
from core.processes.retention import Retention
from core.processes.sending import Sending
from core.serving import open_inference, openai_moderations, reporting, routes, tei_predict
from core.serving.docs_page import STYLE_HASH, render_docs
from core.serving.http_errors import add_error_handlers
from core.serving.middleware import RequestMiddleware, security_headers
from core.serving.process import ApiProcess
from core.serving.reporting import ReportIn
from core.serving.rescoring import Rescoring
from core.serving.routes import DESCRIPTION
from core.serving.schemas import CommentIn
from core.servinglog.record import Mode


def create_app(services: Services) -> FastAPI:
    """The app over these services; it scores a warm-up text when it starts and closes them when it
    ends."""
    app = FastAPI(
        title="Moderation console API",
        description=DESCRIPTION,
        version=version("moderation-console"),
        lifespan=_lifespan,
        # The framework's own pages load scripts from a CDN; render_docs needs none.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    process = app.state.process = ApiProcess(services)
    # Routes are tried in this order, so the most used come first.
    for module in (routes, reporting, openai_moderations, tei_predict, open_inference):
        app.include_router(module.ROUTER)
    app.openapi = cache(lambda: _openapi(app))  # type: ignore[method-assign]  # the documented way
    page = render_docs(app.openapi())
    app.add_route("/docs", lambda _: HTMLResponse(page), include_in_schema=False)
    app.add_route("/", lambda _: RedirectResponse("/docs"), include_in_schema=False)
    add_error_handlers(app)
    if process.is_local:
        # Against DNS rebinding: a foreign web page must not read this API under its own host name.
        # On other addresses a key is required, which such a page doesn't have.
        own = {*LOOPBACK_NAMES, services.settings.api_host.lower()}
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=sorted(own))
    app.add_middleware(RequestMiddleware, headers=security_headers(STYLE_HASH), process=process)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    process: ApiProcess = app.state.process
    # The first call of a runtime is its slowest. A backend that is down now may be up later.
    with suppress(BackendError):
        process.scorer.score(["Good morning."], Mode.WARMUP)
    rescoring = Rescoring(
        process.services.context, process.scorer, every_s=process.services.settings.rescore_s
    )
    rescoring.start()
    sending = Sending(make_senders(process.services))
    sending.start()
    retention = Retention(process.services.context, process.services.settings.retention)
    retention.start()
    yield
    rescoring.stop()
    sending.stop()
    retention.stop()
    process.close()


def _openapi(app: FastAPI) -> dict[str, Any]:
    """Adds the schemas of posted comments and reports, which the framework doesn't know because
    the bodies are read here."""
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    components = document["components"]
    posted = {model.__name__: model.model_json_schema() for model in (CommentIn, ReportIn)}
    components["schemas"] = posted | components["schemas"]
    return document

"""Names the language of the public page in its HTML, for screen readers."""

from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.texts.choice import language_of_page

_SERVED = b'<html lang="en"'
# With these the answer could be one without the page, or packed.
_ABOUT_COPIES = (b"accept-encoding", b"if-none-match", b"if-modified-since")


class HtmlLanguage:
    """ASGI middleware for the page that Streamlit serves as English. All codes have two letters, so
    its length stays."""

    def __init__(self, app: ASGIApp, site_language: str) -> None:
        self._app = app
        self._site_language = site_language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        tag = f'<html lang="{self._language_of(scope)}"'.encode()

        async def send_in_language(message: Message) -> None:
            if message["type"] == "http.response.body":
                message["body"] = message.get("body", b"").replace(_SERVED, tag, 1)
            await send(message)

        kept = [each for each in scope["headers"] if each[0] not in _ABOUT_COPIES]
        await self._app({**scope, "headers": kept}, receive, send_in_language)

    def _language_of(self, scope: Scope) -> str:
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])
        header = ", ".join(Headers(scope=scope).getlist("accept-language"))
        return language_of_page(asked[0], header, "", self._site_language)

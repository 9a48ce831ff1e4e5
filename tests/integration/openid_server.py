"""An OpenID provider on loopback in the real shapes, which can be told to lie."""

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, SECRET = "modconsole", "a secret of the tests"
KEY, OTHER_KEY = RSAKey.generate_key(2048), RSAKey.generate_key(2048)


@dataclass
class OpenIdServer:
    """`claims` are those of the ID token, `info` of userinfo; both beside what is due. `lies`
    change what stands in the ID token, a value of None leaves it out."""

    claims: dict[str, Any] = field(default_factory=dict)
    info: dict[str, Any] = field(default_factory=lambda: {"roles": ["moderator"]})
    lies: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: KEY)
    algorithm: str = "RS256"
    expires_in: int | None = 3600
    renews: bool = True
    status: dict[str, int] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)
    issuer: str = ""
    nonce: str = ""
    challenge: str = ""
    tokens: int = 0
    asked: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.issuer = self.url
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def visit(self, address: str) -> str:
        """As a browser does, with a person who agrees: the code that it is sent back with."""
        asked = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
        self.nonce, self.challenge = asked["nonce"], asked["code_challenge"]
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        return "the-code"

    def answer(self, path: str) -> dict[str, Any]:
        if path == "/.well-known/openid-configuration":
            places = ("authorization", "token", "userinfo", "end_session")
            found = {f"{name}_endpoint": f"{self.url}/{name}" for name in places}
            return {**found, "issuer": self.issuer, "jwks_uri": f"{self.url}/jwks"}
        if path == "/jwks":
            return {"keys": [KEY.as_dict(private=False, kid="one")]}
        if path == "/userinfo":
            return {"sub": "s-1", "preferred_username": "mina", **self.info}
        return self._tokens()

    def _tokens(self) -> dict[str, Any]:
        self.tokens += 1
        now = int(time.time())
        claims = {
            "iss": self.issuer, "sub": "s-1", "aud": CLIENT_ID, "iat": now, "exp": now + 300,
            "nonce": self.nonce, **self.claims, **self.lies,
        }  # fmt: skip
        told = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": "one"}
        signed = jwt.encode(header, told, self.key, algorithms=[self.algorithm])
        tokens: dict[str, Any] = {
            "access_token": f"access-{self.tokens}",
            "token_type": "Bearer",
            "id_token": signed,
        }
        if self.expires_in is not None:
            tokens["expires_in"] = self.expires_in
        if self.renews:
            tokens["refresh_token"] = f"renewal-{self.tokens}"
        return tokens


def _handler(server: OpenIdServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            self._answer(sent)

        def _answer(self, sent: str = "") -> None:
            path = urlsplit(self.path).path
            server.asked.append(f"{path} {sent}".strip())
            status = server.status.get(path, 200)
            body = {"error": "invalid_grant", "error_description": "It <b>is</b> over"}
            told = json.dumps(server.answer(path) if status == 200 else body).encode()
            told = server.bodies.get(path, told)
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    return Handler

"""A real OpenID Connect provider on this machine: oidc-provider-mock (Authlib's server side), made stricter.

It demands PKCE as a provider of ours must, can change its keys, go down, and sign tokens of log-out.
"""

from __future__ import annotations

import base64
import hashlib
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import authlib.deprecate  # noqa: F401 - it asks for its warnings, so it must come before they are put aside below
import flask
import requests
from joserfc import jwk, jwt
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from tests.support.linting_client import LintingClient

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
CLIENT_ID, SECRET = "followup", "hemligt-hos-klienten"
"""How the program is known there."""


class ProviderAtWork:
    """The provider. `issuer`: what it calls itself. `seen`: the addresses that it has been asked for."""

    def __init__(self) -> None:
        with warnings.catch_warnings(action="ignore"):  # it still uses the part of Authlib that is going away
            import oidc_provider_mock  # noqa: PLC0415 - as above
            from oidc_provider_mock import _app  # noqa: PLC0415 - as above
        for grant in (_app.AuthorizationCodeGrant, _app.RefreshTokenGrant):
            grant.TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]
        self._mock = oidc_provider_mock
        self.app = oidc_provider_mock.app(require_nonce=True)
        self.seen: list[str] = []
        self.down = False
        self.astray = ""
        self.extra: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self._challenges: dict[str, str] = {}
        self.app.before_request(self._before)
        self.app.after_request(self._after)
        self.server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        requests.get(f"{self.issuer}/jwks", timeout=5)  # so that its store is known

    def close(self) -> None:
        """Go away."""
        self.server.shutdown()
        self.thread.join(2)
        self.server.server_close()

    def knows(self, subject: str, **claims: Any) -> None:
        """Let it know somebody."""
        self.store.store_user(self._mock.User(sub=subject, claims=claims))

    def change_keys(self) -> None:
        """Let it sign with another key from now on."""
        with warnings.catch_warnings(action="ignore"):
            self.store.jwk = type(self.store.jwk).generate_key(is_private=True)

    def logout_token(self, **claims: Any) -> str:
        """Sign a token of log-out; a claim that is None is left out."""
        now = int(time.time())
        told: dict[str, Any] = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 120}
        told |= {"jti": f"jti {time.monotonic_ns()}", "events": {LOGOUT_EVENT: {}}, **claims}
        return self.sign({name: value for name, value in told.items() if value is not None})

    def sign(self, claims: dict[str, Any], key: Any = None, alg: str = "RS256") -> str:
        """Sign any claims, with its own key or another."""
        own = jwk.import_key(self.store.jwk.as_dict(is_private=True))
        return jwt.encode({"alg": alg}, claims, key or own, algorithms=[alg])

    def _before(self) -> Any:
        self.store = flask.g.oidc_provider_mock_storage
        self.seen.append(flask.request.path)
        if self.down:
            return "out of order", 503
        if "led" in flask.request.args:
            return flask.redirect(self.astray)
        if flask.request.path == "/oauth2/token" and flask.request.form.get("grant_type") == "authorization_code":
            digest = hashlib.sha256(flask.request.form.get("code_verifier", "").encode()).digest()
            proved = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if self._challenges.pop(flask.request.form["code"], None) != proved:
                return {"error": "invalid_grant"}, 400
        return None

    def _after(self, response: flask.Response) -> flask.Response:
        if flask.request.path == "/oauth2/authorize" and response.location:
            code = parse_qs(urlsplit(response.location).query).get("code", [""])[0]
            self._challenges[code] = flask.request.args.get("code_challenge", "")
        if flask.request.path == "/.well-known/openid-configuration" and response.is_json:
            response.set_data(flask.json.dumps({**response.get_json(), **self.metadata}))
        if flask.request.path == "/oauth2/token" and response.is_json and self.extra:
            response.set_data(flask.json.dumps(self._retold(response.get_json())))
        return response

    def _retold(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Change what the ID token says: `extra`; a claim that is None is left out."""
        if "id_token" in answer:
            public = jwk.import_key(self.store.jwk.as_dict(is_private=False))
            claims = {**jwt.decode(answer["id_token"], public, algorithms=["RS256"]).claims, **self.extra}
            answer["id_token"] = self.sign({name: value for name, value in claims.items() if value is not None})
        return answer


@contextmanager
def at_work() -> Iterator[ProviderAtWork]:
    """A provider for a while."""
    provider = ProviderAtWork()
    try:
        yield provider
    finally:
        provider.close()


def go_there(browser: LintingClient, path: str = "/sso/sign-in") -> str:
    """Follow our link to the provider; returns its address."""
    answer = browser.get(path)
    assert answer.status_code == 302, answer.text
    return answer.location or ""


def say_who(address: str, subject: str, **fields: str) -> str:
    """Say there who one is, as a person would on its page; returns where it leads back to."""
    answer = requests.post(address, data={"sub": subject, **fields}, allow_redirects=False, timeout=5)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def come_back(browser: LintingClient, address: str) -> TestResponse:
    """Follow where the provider leads."""
    parts = urlsplit(address)
    return browser.get(f"{parts.path}?{parts.query}")


def sign_in(browser: LintingClient, subject: str, path: str = "/sso/sign-in") -> TestResponse:
    """There and back again."""
    return come_back(browser, say_who(go_there(browser, path), subject))

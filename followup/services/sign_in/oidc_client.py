"""What Authlib does for us: OpenID Connect by code and PKCE. Imported only where a provider is set (extra `oidc`)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from authlib.integrations.base_client import BaseApp, FrameworkIntegration, OAuth2Mixin, OAuthError, OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.claims import JWTClaims
from authlib.oidc.core import CodeIDToken
from joserfc.errors import InvalidClaimError, JoseError, MissingClaimError

TIMEOUT_SECONDS: Final = 5.0
SKEW_SECONDS: Final = 60
"""So much may the provider's clock and ours differ."""
logging.getLogger("authlib").setLevel(logging.INFO)  # below that it tells the verifiers of PKCE
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that only the provider can make. `none`, and those with a secret that both know, are not among them."""

_ENDPOINTS: Final = (
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "userinfo_endpoint",
    "end_session_endpoint",
)

UNREACHABLE: Final = (OSError, ValueError, RuntimeError)
"""What comes of a provider that is down or answers nonsense: requests' errors are OSError, JSON's are ValueError."""
REFUSED: Final = (OAuthError, JoseError)
"""What comes of an answer that says no, or of a token that is not what it should be."""

Clock = Callable[[], datetime]


class _Session(OAuth2Session):  # type: ignore[misc] # as above
    """Talks with the provider, and is led nowhere else by it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.max_redirects = 0


class Client(OAuth2Mixin, OpenIDMixin, BaseApp):  # type: ignore[misc] # Authlib has no types
    """One provider: its metadata and keys, fetched once. `Provider` makes a new one each hour."""

    client_cls = _Session

    def __init__(self, issuer: str, client_id: str, secret: str, scopes: tuple[str, ...]) -> None:
        """secret: "" for a client that has none."""
        super().__init__(
            FrameworkIntegration("followup"),
            name="followup",
            client_id=client_id,
            client_secret=secret or None,
            server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "default_timeout": TIMEOUT_SECONDS,
                "scope": " ".join(("openid", "profile", *scopes)),
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": "client_secret_basic" if secret else "none",
            },
            user_agent="followup",  # no version, no library
        )
        self.issuer = issuer

    def load(self) -> dict[str, Any]:
        """Fetch metadata and keys. Raises what is in UNREACHABLE, ValueError when it is another provider's."""
        known: dict[str, Any] = self.load_server_metadata()
        if known.get("issuer") != self.issuer:
            raise ValueError("issuer")  # OpenID Connect Discovery 1.0, 4.3
        if self.issuer.startswith("https:") and any(_in_clear(known.get(name)) for name in _ENDPOINTS):
            raise ValueError("https")
        offered = known.get("id_token_signing_alg_values_supported") or ()
        known["id_token_signing_alg_values_supported"] = [name for name in _ALGORITHMS if name in offered] or ["RS256"]
        methods = known.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if self.client_secret and "client_secret_basic" not in methods:
            self.client_kwargs["token_endpoint_auth_method"] = "client_secret_post"  # noqa: S105 - a method's name
        self.fetch_jwk_set()
        return known

    def fetch_jwk_set(self, force: bool = False) -> Any:  # noqa: ARG002, FBT001, FBT002 - Authlib's; see below
        """Return the keys. Unasked they are not fetched anew: whoever sends us forged tokens must not make us ask."""
        return super().fetch_jwk_set(force=False)

    def fetch_keys(self) -> None:
        """Fetch the keys anew: the provider may have changed them."""
        super().fetch_jwk_set(force=True)

    def ask(self, redirect_uri: str, *, strict: bool) -> dict[str, str]:
        """Make an address at which the provider asks who it is: url, state, nonce, code_verifier."""
        again = {"prompt": "login", "max_age": "0"} if strict else {}
        return dict(self.create_authorization_url(redirect_uri, **again))

    def refresh(self, refresh_token: str) -> dict[str, Any]:
        """Ask for new tokens."""
        endpoint = self.load_server_metadata()["token_endpoint"]
        with self._get_oauth_client(**self.load_server_metadata()) as session:
            return dict(session.refresh_token(endpoint, refresh_token=refresh_token))

    def claims_of(self, tokens: dict[str, Any], nonce: str | None, clock: Clock) -> dict[str, Any]:
        """Validate an ID token. `nonce`: the one that was sent along; None for one that came of a refresh."""
        return self._read(tokens, nonce, _at(CodeIDToken, clock, str(tokens.get("access_token") or "")))

    def logout_of(self, token: str, clock: Clock) -> dict[str, Any]:
        """Validate a logout token."""
        return self._read({"id_token": token}, None, _at(_LogoutToken, clock))

    def _read(self, tokens: dict[str, Any], nonce: str | None, kind: Any) -> dict[str, Any]:
        wanted = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client_id},
        }
        claims = self.parse_id_token(tokens, nonce, claims_options=wanted, claims_cls=kind, leeway=SKEW_SECONDS)
        if claims is None:
            raise MissingClaimError("id_token")
        return dict(claims)


class _LogoutToken(JWTClaims):  # type: ignore[misc] # as above
    """OpenID Connect Back-Channel Logout 1.0, 2.4 and 2.6."""

    REGISTERED_CLAIMS = (*JWTClaims.REGISTERED_CLAIMS, "events", "sid")

    def validate(self, now: int | None = None, leeway: int = 0) -> None:
        """Raise what is in REFUSED."""
        for name in ("iss", "aud", "iat", "exp", "jti", "events"):
            if not self.get(name):
                raise MissingClaimError(name)
        super().validate(now, leeway)
        if "nonce" in self:  # so that nobody passes an ID token off as one
            raise InvalidClaimError("nonce")
        if not isinstance(self["events"], dict) or not isinstance(self["events"].get(LOGOUT_EVENT), dict):
            raise InvalidClaimError("events")
        if not self.get("sub") and not self.get("sid"):
            raise MissingClaimError("sub")


def _at(kind: Any, clock: Clock, access_token: str = "") -> Any:
    """Return the kind of claims, judged by our own clock instead of the machine's, and as of this access token."""

    class Judged(kind):  # type: ignore[misc] # as above
        def validate(self, now: int | None = None, leeway: int = 0) -> None:  # noqa: ARG002 - Authlib's
            self.params["access_token"] = access_token
            super().validate(int(clock().timestamp()), leeway)

    return Judged


def _in_clear(address: Any) -> bool:
    return address is not None and not str(address).startswith("https://")

"""The organisation's own provider of identities: asked with time limits, remembered, and left alone while it is down.

Nothing that it says is logged, and no exception of ours quotes it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from followup.domain.claims import told
from followup.settings import OidcSettings

if TYPE_CHECKING:
    from followup.services.sign_in.oidc_client import Client

_LOGGER = logging.getLogger(__name__)

Answer = TypeVar("Answer")

_KNOWN_FOR_SECONDS: Final = 3600.0
_REST_SECONDS: Final = 15.0
KEYS_AGAIN_SECONDS: Final = 30.0
"""So long after they were fetched, its keys may be fetched anew for a token that none of them fits."""
REMEDIES: Final = {
    "library": "Authlib is not installed; run: pip install 'followup[oidc]'",
    "secret": "FOLLOWUP_OIDC_SECRET_FILE can't be read; restore it, and let the account that runs the server read it",
    "unreachable": "the provider at FOLLOWUP_OIDC_ISSUER does not answer, or calls itself something else",
}
"""What is wrong with a provider that can't be used, for `followup doctor`, with the way to mend it."""


class ProviderDown(Exception):
    """The provider can't be used now. `code`: library | secret | unreachable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class TokenRefused(Exception):
    """The provider said no, or what it sent does not hold."""


@dataclass(frozen=True)
class Asked:
    """Where to send somebody, and what to remember until they are back."""

    address: str = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True)
class Vouched:
    """What the provider says of somebody, validated. refresh_token: "" when it gave none."""

    claims: Mapping[str, Any] = field(repr=False)
    refresh_token: str = field(repr=False)


class Provider:
    """One provider, as the settings say. Any thread may use it."""

    def __init__(self, settings: OidcSettings, clock: Callable[[], datetime]) -> None:
        self.settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._known_until = self._rests_until = self._keys_from = 0.0

    def ask(self, redirect_uri: str, *, strict: bool) -> Asked:
        """Make an address at which the provider asks who it is; strict: now, whatever it remembers. ProviderDown."""
        made = self._talk(lambda client: client.ask(redirect_uri, strict=strict))
        return Asked(made["url"], made["state"], made["nonce"], made["code_verifier"])

    def redeem(self, code: str, verifier: str, nonce: str, redirect_uri: str) -> Vouched:
        """Turn the code that came back into what the provider says. Raises ProviderDown, TokenRefused."""
        tokens = self._talk(
            lambda client: dict(client.fetch_access_token(redirect_uri, code=code, code_verifier=verifier))
        )
        return self._vouched(tokens, nonce)

    def refresh(self, refresh_token: str) -> Vouched:
        """Ask whether somebody may stay. Claims are empty when it doesn't repeat them. ProviderDown, TokenRefused."""
        tokens = self._talk(lambda client: client.refresh(refresh_token))
        kept = str(tokens.get("refresh_token") or refresh_token)
        return Vouched(self._vouched(tokens, None).claims if "id_token" in tokens else {}, kept)

    def logout_of(self, token: str) -> Mapping[str, Any]:
        """Return the claims of a logout token. Raises ProviderDown, TokenRefused."""
        return self._judge(lambda client: client.logout_of(token, self._clock))

    def names_itself(self) -> bool:
        """Whether its answers say whose they are (RFC 9207). Raises ProviderDown."""
        return bool(
            self._talk(lambda client: client.load_server_metadata()).get(
                "authorization_response_iss_parameter_supported"
            )
        )

    def sign_out_address(self, back_to: str) -> str:
        """Return where one signs out at the provider too, or "" when it has no such place. Raises ProviderDown.

        Without a hint of who it is: that would be a name in an address. Some providers then ask the person.
        """

        def address(client: Client) -> str:
            if not client.load_server_metadata().get("end_session_endpoint"):
                return ""
            return str(client.create_logout_url(back_to, client_id=client.client_id)["url"])

        return self._talk(address)

    def examine(self) -> None:
        """Ask for its metadata and keys. Raises ProviderDown."""
        self._talk(lambda client: client)

    def _vouched(self, tokens: dict[str, Any], nonce: str | None) -> Vouched:
        claims = self._judge(lambda client: client.claims_of(tokens, nonce, self._clock))
        wanted = self.settings.mapping.claims
        if any(told(claims, name) is None for name in wanted):
            claims = {**self._told_besides(tokens, claims["sub"]), **claims}
        return Vouched(claims, str(tokens.get("refresh_token") or ""))

    def _told_besides(self, tokens: dict[str, Any], subject: str) -> Mapping[str, Any]:
        """Ask for claims that don't fit into the token (OpenID Connect Core 1.0, 5.3)."""

        def more(client: Client) -> dict[str, Any]:
            if not client.load_server_metadata().get("userinfo_endpoint"):
                return {}
            return dict(client.userinfo(token=tokens))

        claims = self._talk(more)
        return claims if claims.get("sub") == subject else {}

    def _judge(self, read: Callable[[Client], dict[str, Any]]) -> dict[str, Any]:
        """Read a token; once more with new keys when none of those we know fits."""
        try:
            return self._talk(read)
        except TokenRefused:
            if not self._may_fetch_keys():
                raise
        self._talk(lambda client: client.fetch_keys())
        return self._talk(read)

    def _may_fetch_keys(self) -> bool:
        with self._lock:
            if time.monotonic() - self._keys_from < KEYS_AGAIN_SECONDS:
                return False
            self._keys_from = time.monotonic()
            return True

    def _talk(self, say: Callable[[Client], Answer]) -> Answer:
        client = self._ready()
        from followup.services.sign_in import oidc_client  # noqa: PLC0415 - not everybody has it

        try:
            return say(client)
        except oidc_client.REFUSED:
            raise TokenRefused from None
        except oidc_client.UNREACHABLE:
            raise ProviderDown("unreachable") from None

    def _ready(self) -> Client:
        """Return the client, its metadata and keys fetched within the hour; an older one while the provider is down."""
        with self._lock:
            now = time.monotonic()
            if self._client and now < self._known_until:
                return self._client
            if now < self._rests_until:
                raise ProviderDown("unreachable")
            try:
                self._client, self._known_until = self._made(), now + _KNOWN_FOR_SECONDS
            except ProviderDown:
                if self._client is None:
                    self._rests_until = now + _REST_SECONDS
                    raise
                self._known_until = now + _REST_SECONDS
            else:
                self._keys_from = now
            return self._client

    def _made(self) -> Client:
        try:
            from followup.services.sign_in import oidc_client  # noqa: PLC0415 - as above
        except ImportError:
            raise ProviderDown("library") from None
        settings = self.settings
        try:
            lines = settings.secret_file.read_text(encoding="utf-8").splitlines() if settings.secret_file else []
        except (OSError, ValueError):
            raise ProviderDown("secret") from None
        client = oidc_client.Client(
            settings.issuer, settings.client_id, lines[0].strip() if lines else "", settings.mapping.scopes
        )
        try:
            client.load()
        except (*oidc_client.REFUSED, *oidc_client.UNREACHABLE) as error:
            _LOGGER.warning("the provider of identities can't be used: %s", type(error).__name__)
            raise ProviderDown("unreachable") from None
        return client

"""A test browser that lints every page it is shown, and posts forms as a browser would."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from followup.web.identity import cookie_name
from tests.support.lint import faults

_TOKEN = re.compile(r'name="csrf[-_]token"[^>]*?(?:content|value)="([^"]+)"')
_NO_SUCH_PAGE, _GIVE_BACK = "/no-such-page", "/my/give-back"

PIN = "274913"
"""The PIN of everybody who hands a tablet over in the tests."""


class LintingClient(FlaskClient):
    """Flask's client with a conscience.

    `canaries`: user name -> words that no page shown to that user may hold; "" stands for nobody's browser.
    `judges_markup`: whether pages are parsed too, or only read for those words.
    """

    canaries: Mapping[str, frozenset[str]] = MappingProxyType({})
    judges_markup = True
    user_name = ""
    _csrf = ""
    _token_page = _NO_SUCH_PAGE

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        """Make a request and lint the answer, unless `lint=False`; raises AssertionError with every fault found."""
        lint = options.pop("lint", True)
        forbidden = self.canaries.get(self.user_name, frozenset()) | frozenset(options.pop("forbidden", ()))
        options.setdefault("buffered", True)  # a file that is read to its end is closed
        response = super().open(*arguments, **options)
        found = faults(response, forbidden, markup=self.judges_markup) if lint else []
        method, path = response.request.method, response.request.path
        assert not found, "\n".join([f"{method} {path} ({response.status_code}):", *found])
        return response

    def submit(
        self, path: str, fields: Mapping[str, Any] | None = None, /, *, lint: bool = True, **more: Any
    ) -> TestResponse:
        """Post a form as a browser would, with the page's CSRF token. Fields by mapping, by keyword, or both."""
        return self.post(path, data={"csrf_token": self.csrf(), **(fields or {}), **more}, lint=lint)

    def autosave(self, path: str, fields: Mapping[str, Any] | None = None, /, **more: Any) -> TestResponse:
        """Post a form as the page's script does: the answer is JSON."""
        headers = {"Accept": "application/json"}
        return self.post(path, data={"csrf_token": self.csrf(), **(fields or {}), **more}, headers=headers)

    def hand_over(self, visit_id: UUID, *, form: str = "child", **fields: Any) -> TestResponse:
        """Hand the tablet over through the page, to the child or the carer; PIN is what a user without one chooses."""
        chosen = {"earshot": "nobody", "language": "sv", "pin": PIN, "pin_again": PIN, **fields}
        response = self.submit(f"/visits/{visit_id}/hand-over?form={form}", chosen)
        if response.status_code == HTTPStatus.FOUND:
            self._csrf, self._token_page = "", _GIVE_BACK  # the session is a new one, and meets nothing but its form
        return response

    def take_back(self, pin: str = "", **more: Any) -> TestResponse:
        """Try to unlock the tablet with a PIN, the right one when none is given; a wrong one leads back to the page."""
        response = self.submit(_GIVE_BACK, {"pin": pin or PIN, **more})
        if response.location != _GIVE_BACK:
            self._csrf, self._token_page = "", _NO_SUCH_PAGE
        return response

    def csrf(self) -> str:
        """A token from a page of this session. The frame carries it; a missing page's frame touches no case."""
        if not self._csrf:
            match = _TOKEN.search(self.get(self._token_page).text)
            assert match, "the page's frame carries no CSRF token"
            self._csrf = match[1]
        return self._csrf

    def admit(self, user_name: str, token: str) -> None:
        """Sign in past the page, with the token of a session that has begun."""
        with self.application.test_request_context():
            self.set_cookie(cookie_name(), token)
        self.user_name, self._csrf, self._token_page = user_name, "", _NO_SUCH_PAGE

    def sign_in(self, user_name: str, password: str, **more: Any) -> TestResponse:
        """Sign in through the page."""
        page = self.get("/sign-in").text
        match = _TOKEN.search(page)
        assert match, "the sign-in page carries no CSRF token"
        fields = {"csrf_token": match[1], "user_name": user_name, "password": password, **more}
        response = self.post("/sign-in", data=fields)
        if response.status_code == HTTPStatus.FOUND:
            self.user_name, self._csrf, self._token_page = user_name, "", _NO_SUCH_PAGE  # the session is a new one
        return response

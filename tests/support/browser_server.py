"""The program behind a real address: a threaded server on this machine that tests can stop and start again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from tests.support.presses import LentPress


class LiveServer:
    """A program that answers at `address`. It starts when made."""

    def __init__(self, app: Flask, press: LentPress | None = None) -> None:
        """With a press, the pressroom works; without one, PDFs stay waiting."""
        self.app = app
        self._port = 0
        self._http: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self.start()
        if press:
            pressroom = app.extensions["followup_pressroom"]
            press.lend(pressroom)
            pressroom.start()

    @property
    def address(self) -> str:
        """The site's address, without a slash at the end."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Answer; after a stop at the same address as before."""
        self._http = make_server("127.0.0.1", self._port, self.app, threaded=True, request_handler=_Quiet)
        self._port = self._http.server_port
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Answer no more: connections are refused."""
        if self._http and self._thread:
            self._http.shutdown()
            self._thread.join(5)
            self._http.server_close()
        self._http = self._thread = None


@contextmanager
def serving(app: Flask, press: LentPress | None = None) -> Iterator[LiveServer]:
    """Serve the program until the block ends."""
    server = LiveServer(app, press)
    try:
        yield server
    finally:
        server.stop()


class _Quiet(WSGIRequestHandler):
    def log(self, *_arguments: Any, **_more: Any) -> None:
        """Say nothing of requests: what fails is told by the test."""

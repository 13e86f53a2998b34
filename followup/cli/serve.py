"""`followup serve`: the web server."""

from __future__ import annotations

import logging
import os
import socket
from typing import Any

import click
from gunicorn.app.base import BaseApplication
from gunicorn.http import wsgi
from gunicorn.util import import_app

from followup.cli.demo import ensure
from followup.cli.log_lines import ServerLog, write_lines
from followup.services.demo import filling, installing, sign_ins
from followup.services.installation import upkeep
from followup.settings import Settings

THREADS = 8


class Answer(wsgi.Response):  # type: ignore[misc] # gunicorn has no types
    """gunicorn's answer without the line that names it: whoever looks for a known hole need not be told where."""

    def default_headers(self) -> list[str]:
        """Return the lines that each answer begins with."""
        return [line for line in super().default_headers() if not line.startswith("Server:")]


class Server(BaseApplication):  # type: ignore[misc] # gunicorn has no types
    """gunicorn with our settings. The program is named, not imported: the layer of commands lies below the app."""

    def __init__(self, address: str, workers: int) -> None:
        self.address = address
        self.workers = workers
        super().__init__()

    def load_config(self) -> None:
        """Give gunicorn its settings."""
        chosen: dict[str, Any] = {
            "bind": self.address,
            "workers": self.workers,
            "threads": THREADS,
            "worker_class": "gthread",
            "timeout": 60,
            "graceful_timeout": 20,
            "loglevel": "warning",
            "logger_class": ServerLog,
            "proc_name": "followup",
            "forwarder_headers": "",  # gunicorn would let any browser name the path by a header of its own
            "post_worker_init": _start,
            "worker_exit": _close,
        }
        for key, value in chosen.items():
            self.cfg.set(key, value)
        wsgi.Response = Answer  # no setting says so

    def load(self) -> Any:
        """Make the program, in the worker."""
        return import_app("followup.app:create_app()")


_HANDS = ("followup_pressroom", "followup_porter")
"""What works in the background, by the names in `app.extensions`."""


def _start(worker: Any) -> None:
    for name in _HANDS:
        worker.wsgi.extensions[name].start()


def _close(_server: Any, worker: Any) -> None:
    if worker.wsgi is not None:  # None when the worker never got as far as making the program
        for name in reversed(_HANDS):
            worker.wsgi.extensions[name].close()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=5000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 32), default=1, show_default=True, help="Processes.")
@click.option("--demo", is_flag=True, help="With an invented municipality, filled in the first time.")
def serve(host: str, port: int, workers: int, demo: bool) -> None:  # noqa: FBT001 # click passes it by name
    """Serve the pages until stopped (Ctrl+C)."""
    write_lines(as_json=not demo)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells which database it looks at, again and again
    _refuse_unusable(host, port)
    if demo:
        os.environ["FOLLOWUP_DEMO"] = "1"  # the workers read the settings for themselves
    settings = Settings.from_env()
    if demo:
        for line in upkeep.upgrade(settings):
            click.echo(line)
        ensure(settings, filling.Plan(installing.today(settings)))
        click.echo(f"\n{sign_ins.listing(settings.instance)}")
    else:
        upkeep.refuse_unready(settings)
    click.echo(f"Followup answers at http://{f'[{host}]' if ':' in host else host}:{port}/  (Ctrl+C stops it)")
    Server(f"[{host}]:{port}" if ":" in host else f"{host}:{port}", workers).run()


def _refuse_unusable(host: str, port: int) -> None:
    """End the command with a sentence when the address can't be had: gunicorn would try for five seconds first."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except OSError as error:
        reason = (error.strerror or "unknown address").lower()
        message = f"Followup can't answer at {host}, port {port}: {reason}. Choose another with --port or --host."
        raise click.ClickException(message) from None

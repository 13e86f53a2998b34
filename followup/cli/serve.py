"""`followup serve`: the web server."""

from __future__ import annotations

import logging
from typing import Any

import click
from gunicorn.app.base import BaseApplication
from gunicorn.util import import_app

from followup.settings import Settings

THREADS = 8


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
            "proc_name": "followup",
            "post_worker_init": lambda worker: worker.wsgi.extensions["followup_pressroom"].start(),
            "worker_exit": lambda _server, worker: worker.wsgi.extensions["followup_pressroom"].close(),
        }
        for key, value in chosen.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        """Make the program, in the worker."""
        return import_app("followup.app:create_app()")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=5000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 32), default=1, show_default=True, help="Processes.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the pages until stopped (Ctrl+C)."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    Settings.from_env()  # every problem is told before anything starts
    click.echo(f"Followup answers at http://{host}:{port}/")
    Server(f"{host}:{port}", workers).run()

"""Where the data folders that stand beside the package in a checkout, and inside it in a wheel, are to be found."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource_dir(name: str) -> Path:
    """Return the absolute path of the folder `name` ("templates" or "translations").

    A wheel carries the folder inside the package (hatch_build.py), a checkout has it at its top.
    Raises FileNotFoundError if it is in neither place: the installation is broken.
    """
    for folder in (_PACKAGE / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    message = f"The folder {name} is missing from this installation of Followup; install it again."
    raise FileNotFoundError(message)

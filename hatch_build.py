"""Build hook: compile the translations, and ship the top-level data folders inside the wheel.

Templates and translations stand at the top of the repository, where translators and designers find them; an
installed package has only itself, so a wheel carries them as followup/templates and followup/translations.
`followup.resources.resource_dir` finds them in both places.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DataFolders(BuildHookInterface[BuilderConfig]):
    """Hatchling runs this before it collects the files of a wheel or an sdist."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write each .mo beside its .po; in a wheel (`version` "standard", not "editable") include the folders."""
        for po in Path(self.root, "translations").rglob("*.po"):
            with po.open("rb") as source, po.with_suffix(".mo").open("wb") as target:
                write_mo(target, read_po(source))
        if self.target_name == "wheel" and version == "standard":
            for folder in ("templates", "translations"):
                build_data["force_include"][folder] = f"followup/{folder}"

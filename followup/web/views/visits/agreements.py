"""The visit's pages: agreements."""

from __future__ import annotations

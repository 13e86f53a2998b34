"""The visit's pages: why."""

from __future__ import annotations

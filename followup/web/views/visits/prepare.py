"""The visit's pages: prepare."""

from __future__ import annotations

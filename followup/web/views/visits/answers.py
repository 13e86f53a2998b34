"""The visit's pages: answers."""

from __future__ import annotations

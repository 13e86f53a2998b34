"""The visit's pages: planning."""

from __future__ import annotations

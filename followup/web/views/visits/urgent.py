"""The visit's pages: urgent."""

from __future__ import annotations

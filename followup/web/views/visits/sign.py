"""The visit's pages: sign."""

from __future__ import annotations

"""The visit's pages: talk."""

from __future__ import annotations

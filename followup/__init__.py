"""Followup: following up children in foster care."""

from __future__ import annotations

__version__ = "0.1.0"

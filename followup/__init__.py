"""Followup: following up children in foster care."""

__version__ = "0.1.0"

"""Addresses that come with a request, and stay with us."""

from __future__ import annotations

import re

# A path on this host. Browsers drop tabs and line feeds from addresses and read \ as /, so neither is let through.
_PATH = re.compile(r"/(?!/)[^\\\x00-\x20\x7f]*")


def own_address(address: str, otherwise: str = "/") -> str:
    """Follow an address only when it is a path on this host; otherwise: where to instead, the start page if nothing."""
    return address if _PATH.fullmatch(address) else otherwise

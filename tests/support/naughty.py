"""Texts that programs trip over: markup, templates, SQL, right-to-left marks, odd Unicode."""

from __future__ import annotations

NAUGHTY = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>\"'`",
    "</textarea><h1>hej</h1>",
    "'; DROP TABLE visit; --",
    "{{ 7*7 }} ${7*7} %(name)s %s {name}",
    "../../etc/passwd",
    "\u202etxeT\u202c \u0648 \u05e9\u05dc\u05d5\u05dd \u2066isolate\u2069",
    "\u03a9\u2248\u00e7\u221a\u222b\u02dc\u00b5 \u7530\u4e2d\u3055\u3093 Z\u0351\u036b",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1f8\U0001f1ea",
    "1/0 NaN undefined null -1e400 0x7f",
    "\n\n  inledande rader\n\tflik",
)

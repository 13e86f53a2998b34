"""Flags: kept in step with the answers, raised by hand, and the ones that are still open."""

"""Everything that knows SQL: tables, keys, the guard, the audit and the unit of work."""

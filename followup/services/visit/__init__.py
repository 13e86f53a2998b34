"""A visit, step by step: what each page reads and what it saves."""

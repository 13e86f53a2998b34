"""The pure core: values and functions about questionnaires, answers, flags and the placement check.

Standard library only. Nothing here reads a file, a clock or a database: dates, ids and definitions are passed in.
"""

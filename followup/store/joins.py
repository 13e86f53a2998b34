"""What a statement within a reach may still not hold: words of SQL, and joins that lead from one child to another.

A reach narrows the rows that a select begins with. A join is inside it only as long as it stays with the same child, so
each source of a select that holds rows about one child has to be tied to the others by a key that both know: the child,
the visit, the answer sheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause, Join, Select, Table, TextClause
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, ColumnClause, Grouping

from followup.store.tables import Base, Child, OfChild

_PLAIN_WORDS = frozenset({"*", "1"})  # what SQLAlchemy itself writes in count(*) and exists


@cache
def _about_one_child() -> frozenset[str]:
    about = (mapper for mapper in Base.registry.mappers if issubclass(mapper.class_, Child | OfChild))
    return frozenset(mapper.local_table.name for mapper in about)  # type: ignore[attr-defined] # our mappers all map tables


def is_raw(element: Any) -> bool:
    """Tell whether an element of a statement is words of SQL, of which nobody can tell what they touch."""
    literal = isinstance(element, ColumnClause) and element.is_literal and element.name not in _PLAIN_WORDS
    return literal or isinstance(element, TextClause)


def strays(statement: Any) -> frozenset[str]:
    """Name the tables that a statement joins to without staying with the same child; none when all is well."""
    selects = (element for element in visitors.iterate(statement) if isinstance(element, Select))
    return frozenset(name for select in selects for name in _strays(select))


def _strays(select: Select[Any]) -> Iterator[str]:
    conditions = list(_conjuncts(select.whereclause))
    leaves = [leaf for source in select.get_final_froms() for leaf in _leaves(source, conditions)]
    sources = {leaf: leaf for leaf in leaves if _tables(leaf)}  # with rows about one child -> what it is tied to

    def root(source: FromClause) -> FromClause:
        while sources[source] is not source:
            source = sources[source]
        return source

    for left, right in _same_rows(conditions):
        if left in sources and right in sources:
            sources[root(left)] = root(right)
    roots = {root(source) for source in sources}
    if len(roots) > 1:
        yield from (name for source in sources for name in _tables(source))


def _leaves(source: FromClause, conditions: list[ColumnElement[Any]]) -> Iterator[FromClause]:
    if isinstance(source, Join):
        if source.onclause is not None:
            conditions += _conjuncts(source.onclause)
        yield from _leaves(source.left, conditions)
        yield from _leaves(source.right, conditions)
    else:
        yield source


def _tables(source: FromClause) -> set[str]:
    return {element.name for element in visitors.iterate(source) if isinstance(element, Table)} & _about_one_child()


def _conjuncts(condition: Any) -> Iterator[ColumnElement[Any]]:
    if isinstance(condition, Grouping):
        yield from _conjuncts(condition.element)
    elif isinstance(condition, BooleanClauseList) and condition.operator is operators.and_:
        for each in condition.clauses:
            yield from _conjuncts(each)
    elif condition is not None:
        yield condition


def _same_rows(conditions: list[ColumnElement[Any]]) -> Iterator[tuple[FromClause, FromClause]]:
    for each in conditions:
        if isinstance(each, BinaryExpression) and each.operator is operators.eq:
            named = _row_named_by(each.left)
            if named and named == _row_named_by(each.right):
                yield each.left.table, each.right.table


def _row_named_by(column: Any) -> str | None:
    """Name the table whose rows a column's values name: its own for an id, the other's for a reference."""
    if getattr(column, "table", None) is None:
        return None
    for base in column.base_columns:
        target = next((key.column for key in base.foreign_keys), base)
        if isinstance(target, Column) and target.primary_key and target.table.name in _about_one_child():
            return str(target.table.name)
    return None

"""The shipped questionnaires: YAML files beside this module, read once and turned into values of the domain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from followup.domain.checking import InvalidQuestionnaire
from followup.domain.common_definition import parse_common
from followup.domain.definition import parse
from followup.domain.errors import NotFound
from followup.domain.placement_check import PlacementCheckForm
from followup.domain.placement_definition import parse_placement_check
from followup.domain.questionnaire import Common, Item, Questionnaire
from followup.domain.wording import Wording

_FOLDER = Path(__file__).parent
_COMMON = "_common.yaml"
_PLACEMENT_CHECK = "placeringskoll.yaml"
_CARER = "familjehem-vuxen.yaml"
_CHILD = ("barn-4-7.yaml", "barn-8-12.yaml", "ung-13-20.yaml")


@dataclass(frozen=True)
class Library:
    """All shipped forms by code, what they share, and the placement check."""

    common: Common
    forms: Mapping[str, Questionnaire]
    placement_check: PlacementCheckForm

    @property
    def carer_form(self) -> Questionnaire:
        """The foster carers' form."""
        return next(form for form in self.forms.values() if form.respondent == "carer")

    def form_for_age(self, age: int) -> Questionnaire | None:
        """Return the form proposed to a child of this age in whole years, or None: the smallest have no form."""
        children = (form for form in self.forms.values() if form.respondent == "child")
        return next((form for form in children if form.age_min <= age <= form.age_max), None)

    def get(self, code: str, version: str) -> Questionnaire:
        """Return a shipped form. Raises NotFound for a version that isn't shipped (any more): the database has it."""
        form = self.forms.get(code)
        if form is None or form.version != version:
            raise NotFound
        return form

    def find(self, item_id: str) -> tuple[Questionnaire, Item] | None:
        """Return an item with its form, whichever of the shipped forms it is in; None for what is no item."""
        found = ((form, form.item(item_id)) for form in self.forms.values())
        return next(((form, item) for form, item in found if item), None)

    def wording(self, lang: str = "sv") -> Wording:
        """Return what puts flags into words in a language."""
        return Wording(self.common, self.placement_check, lang)


@cache
def load_all() -> Library:
    """Return the shipped library. Raises InvalidQuestionnaire with the problems of the first file that has any."""
    common = parse_common(read_yaml(_FOLDER / _COMMON), source=_COMMON)
    carer = parse(read_yaml(_FOLDER / _CARER), common, source=_CARER)
    pairs = [item.id for item in carer.items]
    children = [parse(read_yaml(_FOLDER / name), common, source=name, carer_items=pairs) for name in _CHILD]
    check = parse_placement_check(read_yaml(_FOLDER / _PLACEMENT_CHECK), source=_PLACEMENT_CHECK)
    return Library(common, {form.code: form for form in (*children, carer)}, check)


def read_form(path: Path, library: Library) -> Questionnaire:
    """Return the questionnaire in a file of the municipality's own. Raises InvalidQuestionnaire with every problem."""
    definition = read_yaml(path)
    pairs = [item.id for item in library.carer_form.items]
    return parse(definition, library.common, source=path.name, carer_items=pairs)


class _Loader(yaml.SafeLoader):
    """Like SafeLoader, but a key given twice is an error: plain YAML lets the last one win without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:  # noqa: FBT001, FBT002 # as PyYAML calls it
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.MarkedYAMLError(problem=f"{key} is there twice; keep one", problem_mark=key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> dict[str, object]:
    """Return a YAML file's mapping. Raises InvalidQuestionnaire, with the line, when it isn't YAML or no mapping."""
    try:
        values = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 # _Loader is a SafeLoader
    except UnicodeDecodeError:
        raise InvalidQuestionnaire([f"{path.name}: is not UTF-8 text; save it as UTF-8"]) from None
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise InvalidQuestionnaire([f"{path.name}{line}: {error.problem or 'is not YAML'}"]) from None
    except yaml.YAMLError:
        raise InvalidQuestionnaire([f"{path.name}: holds characters that YAML does not allow"]) from None
    if not isinstance(values, dict):
        raise InvalidQuestionnaire([f"{path.name}: must hold named fields (key: value)"])
    return {str(key): value for key, value in values.items()}

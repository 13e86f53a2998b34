"""What is still to be talked about with a child, in words."""

from __future__ import annotations

from collections.abc import Iterable

from flask import g
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.wording import Wording
from followup.services.flags.open_prompts import OpenPrompt
from followup.web.desk_words import level_word
from followup.web.frame import day


def prompt_lines(prompts: Iterable[OpenPrompt], wording: Wording) -> list[tuple[OpenPrompt, str, str]]:
    """Word open prompts for the macro `open_prompt` (templates/children/parts.html): the prompt, why, and its level."""
    leads = g.actor.may(Permission.LEAD)
    return [(each, _sentence(each, wording), level_word(each.row.level, wording, leads=leads)) for each in prompts]


def _sentence(prompt: OpenPrompt, wording: Wording) -> str:
    return wording.flag(prompt.flag, prompt.questionnaire, when=_("den %(day)s", day=day(prompt.on)))

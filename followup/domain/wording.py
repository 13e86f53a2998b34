"""Flags in words, for the page and the PDF alike. The sentences are data (questionnaires/_common.yaml: reasons)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from followup.domain.flags import FORM, Flag, Reason
from followup.domain.placement_check import PlacementCheckForm
from followup.domain.questionnaire import Common, Questionnaire, Scale

_AGAIN = 2
_SHORT_SCORES = ("limit", "before", "usual")  # given without the scale's end: "4", where "now" says "2 av 5"
_NON_SCORES = ("max", "carer_max", "status", "code")


@dataclass(frozen=True)
class Wording:
    """Puts flags into words in one language.

    Scores read "2 av 5", or, on the faces of the youngest, as the face's word: ”Nej”.
    """

    common: Common
    check: PlacementCheckForm
    lang: str = "sv"

    def topic(self, subject: str, questionnaire: Questionnaire | None) -> str:
        """Return the short label of an item ("Sömn"); the subject itself when it is unknown, "" for the whole form."""
        item = questionnaire.item(subject) if questionnaire else None
        if item and item.track in self.common.tracks:
            return self.common.tracks[item.track].get(self.lang)
        return "" if subject == FORM else subject

    def level(self, level: str) -> str:
        """Return what a level is called ("Följ upp")."""
        return self.common.levels[level].label.get(self.lang)

    def reason(self, reason: Reason, scale: Scale | None = None) -> str:
        """Return one reason as a sentence that says which rule fired, with its values: "why do I see this?"."""
        words = self.common.reasons[reason.rule]
        again = words.again and _times(reason) >= _AGAIN
        return (words.again if again else words.text).get(self.lang).format_map(self._values(reason, scale))

    def flag(self, flag: Flag, questionnaire: Questionnaire | None = None, *, when: str = "") -> str:
        """Return the flag's one sentence, such as "Sömn: 2 av 5 i dag, 4 förra gången (2 steg lägre)".

        when: words to stand instead of "i dag" when the sentence is read another day, such as "den 25 augusti".
        It never gives the carers' answer, because it may be read over the caseworker's shoulder.
        """
        scale = questionnaire.scale if questionnaire else None
        about_item = flag.subject != FORM and any("max" in reason.values for reason in flag.reasons)
        if not about_item:
            return " ".join(self.reason(reason, scale) for reason in flag.reasons)
        parts = [self._today(flag, scale, when), *dict.fromkeys(self._phrases(flag, scale))]
        return f"{self.topic(flag.subject, questionnaire)}: {', '.join(part for part in parts if part)}."

    def answer(self, score: int | None, status: str | None, scale: Scale) -> str:
        """Return an answer in full: "2 av 5", ”Nej” or ”Vill inte svara”; "" when nothing is recorded."""
        if score is not None:
            return self._score(score, scale.rules.maximum, scale)
        return self._quoted(self.common.non_answers[status].get(self.lang)) if status else ""

    def _today(self, flag: Flag, scale: Scale | None, when: str) -> str:
        values = self._values(flag.reasons[0], scale)
        answer = values["answer"]
        parts = [f"{answer} {when}" if when else self._fill("today", answer=answer)]
        if flag.before is None:
            return parts[0]
        parts.append(self._fill("before", before=values["before"], last=self._last(flag.passed)))
        lower = " " + self._fill("lower", steps=str(flag.fall)) if flag.fall else ""
        return ", ".join(parts) + lower

    def _phrases(self, flag: Flag, scale: Scale | None) -> list[str]:
        found = []
        for reason in flag.reasons:
            words = self.common.reasons[reason.rule]
            if words.phrase and (not words.again or _times(reason) >= _AGAIN):
                found.append(words.phrase.get(self.lang).format_map(self._values(reason, scale)))
        return found

    def _values(self, reason: Reason, scale: Scale | None) -> Mapping[str, str]:
        raw = reason.values
        words = {key: self._number(value) for key, value in raw.items() if key not in _NON_SCORES}
        words |= {key: self._short(raw[key], scale) for key in _SHORT_SCORES if key in raw}
        if "now" in raw:
            words["now"] = words["score"] = words["answer"] = self._score(raw["now"], raw["max"], scale)
        if "carer" in raw:
            words["carer"] = self._score(raw["carer"], raw["carer_max"], None)
        if "before" in raw:
            words["last"] = self._last(raw.get("passed"))
        if "status" in raw:
            words["answer"] = self._quoted(self.common.non_answers[str(raw["status"])].get(self.lang))
        if "code" in raw:
            words["code"] = self._code(reason.rule, str(raw["code"]))
        return words

    def _last(self, passed: object) -> str:
        """“Last time” is the visit before this one: an answer from further back says so."""
        return self.common.sentence["last_answer" if passed else "last_time"].get(self.lang)

    def _code(self, rule: str, code: str) -> str:
        codes = self.check.understanding if rule == "R9u" else self.check.self_blame
        return self._quoted(codes[code].get(self.lang))

    def _score(self, score: object, maximum: object, scale: Scale | None) -> str:
        return self._face(score, scale) or self._fill("score", score=self._number(score), max=self._number(maximum))

    def _short(self, score: object, scale: Scale | None) -> str:
        return self._face(score, scale) or self._number(score)

    def _face(self, score: object, scale: Scale | None) -> str:
        point = scale.point(score) if scale and scale.kind == "faces" and isinstance(score, int) else None
        return self._quoted(point.label.get(self.lang)) if point else ""

    def _quoted(self, word: str) -> str:
        return self._fill("word", word=word)

    def _fill(self, template: str, **values: str) -> str:
        return self.common.sentence[template].get(self.lang).format_map(values)

    def _number(self, value: object) -> str:
        if not isinstance(value, float) or value.is_integer():
            return f"{value:.0f}" if isinstance(value, int | float) else str(value)
        return f"{value:.1f}".replace(".", "," if self.lang.startswith("sv") else ".")


def _times(reason: Reason) -> int:
    times = reason.values.get("times")
    return times if isinstance(times, int) else 1

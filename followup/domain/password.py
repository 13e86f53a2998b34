"""Whether a password is long enough and not one that everybody thinks of. No rules of composition (NIST SP 800-63B).

The words are our own list: what people in Sweden are known to build passwords of, in Swedish and English. Capitals,
figures for letters (0 for o), years, figures and signs around a word don't make it rare.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from followup.domain.errors import Problem, translatable

SHORTEST = 12
LONGEST = 200
_FEWEST_SIGNS = 5  # aaaaaaaaaaaa, 121212121212
_MOST_WORDS = 2  # of the list; three words that come to mind first are still more than a guesser tries

_LIST = """
abc abcd abcdef admin administrator adam alexander alfred alice alltid anders andersson anna apa april asdf asdfgh
asdfghjkl augusti baby banan barn barnen batman bella bil blomma blå bonus borås bror charlie choklad cykel dag daniel
december demo dator djurgården dotter drake dragon ebba ekonomi elias elin ella emil emma erik eriksson eva fabriken
familj familjehem februari fisk flower followup fotboll fredag fritid fru följa gais garnet glass glömt godis golf
gott grön grill göran göteborg hammarby hand handläggare handläggning hast hej hejhej hejsan helena helsingborg hemlig
hemligt hemma hjärta hjälp hockey hund hunden hus häst höst idag ifk iloveyou inget ingen inloggning jag jagälskardig
januari jesus johan johanna johansson jobb jobbet jul juli juni jultomten kaffe kalle kalmar karin karl karlsson katt
katten king klara kommun kommunen kommunal kontor kontoret kram kristina kung kungen kärlek larsson lars letmein
linköping linda linnea login london lotta love lucas lund lycka lördag losen lösen lösenord lösenordet maj maja malmö
mamma mars master max maria marie mat match mig mikael min mina mitt monkey mormor moln morgon morfar måndag månen
nalle natt newpassword nilsson ny nya nytt nummer november norrköping nyckel och oktober olle olsson onsdag onsala
oskar pappa pass password passord persson peter pizza placerad placering pokemon princess prinsessa prov qazwsx qwer
qwert qwerty qwertyuiop qwertyuiopå rosa röd sara secret semester september service sessan shadow sjuk skola skolan
skåne sko snö snälla social socialen socialtjänst socialtjänsten socialsekreterare sol solen sommar sommaren sofia son
star start stefan stockholm stjärna student stugan sverige sverre svensk svensson sunshine superman svart syster
söndag telefon temp test testing tiger tisdag torsdag trustno trygg trygghet ullared umea umeå uppdrag uppsala user
vaken vall vinter vintern vår våren vit volvo välkommen väst västerås växjö welcome winter summer spring autumn xbox
yxa zaq zxcv zxcvbn åke ålder ängel är älskar älskling örebro öst östersund
"""
_WORDS = frozenset(_LIST.split())
_LOOKALIKES = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})
_AROUND = "0123456789!?.,:;-_+*#@$%&/()= "
_ROWS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyzåäö",
    "qwertyuiopåasdfghjklöäzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn",
)


def judge_password(password: str, about: Iterable[str] = ()) -> Problem | None:
    """Say what is wrong with a password that somebody wants, or None. about: the user's names, which others know."""
    if len(password) < SHORTEST:
        message = translatable("Lösenordet är för kort. Använd minst %(least)s tecken.")
        return Problem("password", message, "too_short", {"least": SHORTEST})
    if len(password) > LONGEST:
        message = translatable("Lösenordet är för långt. Använd högst %(most)s tecken.")
        return Problem("password", message, "too_long", {"most": LONGEST})
    if is_common(password, about):
        message = translatable("Lösenordet är för lätt att gissa. Skriv hellre några ord som inte hör ihop.")
        return Problem("password", message, "common")
    return None


def is_common(password: str, about: Iterable[str] = ()) -> bool:
    """Say whether a password is made of what guessers try first: one sign, a row of keys, one or two common words."""
    plain = unicodedata.normalize("NFC", password).casefold()
    if len(set(plain)) < _FEWEST_SIGNS or _is_row(plain):
        return True
    own = {part for name in about for part in re.findall(r"\w{3,}", name.casefold())}
    words = {_bare(word) for word in _WORDS | own}
    core = plain.strip(_AROUND)
    return any(_made_of(_bare(_letters(variant)), words) for variant in (plain, core.translate(_LOOKALIKES)))


def _bare(text: str) -> str:
    """Take off rings and dots: losenord is no rarer than lösenord."""
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


def _letters(text: str) -> str:
    return "".join(sign for sign in text if sign.isalpha())


def _is_row(text: str) -> bool:
    half = text[: (len(text) + 1) // 2]
    rows = [row + row for row in (*_ROWS, *(row[::-1] for row in _ROWS))]
    return any(text in row or (text == (half * 2)[: len(text)] and half in row) for row in rows)


def _made_of(letters: str, words: set[str]) -> bool:
    """Say whether the letters are nothing, or at most two of the words, a repeated word counting once."""
    reached: dict[int, set[frozenset[str]]] = {0: {frozenset()}}
    for start in range(len(letters)):
        for used in reached.get(start, ()):
            for end in range(start + 2, len(letters) + 1):
                word = letters[start:end]
                if word in words and len(used | {word}) <= _MOST_WORDS:
                    reached.setdefault(end, set()).add(used | {word})
    return len(letters) in reached

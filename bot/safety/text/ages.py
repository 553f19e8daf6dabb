"""Stated ages and school years, in digits and in words, in the languages that the lists know."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.safety.text.age_phrases import Said, phrases_of
from bot.safety.text.forms import readings

if TYPE_CHECKING:
    from collections.abc import Iterable

OF_AGE = 18
"""Years; whoever is said to be younger is a minor wherever the bot runs."""

SCHOOL_AGE = 12
"""What a school year counts as: any of them is under age."""

_WORDS = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen twenty",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis"
    " diecisiete dieciocho diecinueve veinte",
    "pt": "zero um dois tres quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete"
    " dezoito dezenove vinte",
    "fr": "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept"
    " dix-huit dix-neuf vingt",
    "de": "null ein zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn"
    " siebzehn achtzehn neunzehn zwanzig",
    "it": "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici"
    " diciassette diciotto diciannove venti",
    "ru": "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать"
    " четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать двадцать",
    "ru, of": "ноль одно двух трех четырех пяти шести семи восьми девяти десяти одиннадцати двенадцати тринадцати"
    " четырнадцати пятнадцати шестнадцати семнадцати восемнадцати девятнадцати двадцати",
    "ko": "영 한 두 세 네 다섯 여섯 일곱 여덟 아홉 열 열한 열두 열세 열네 열다섯 열여섯 열일곱 열여덟 열아홉 스무",
}
_TENS = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "hundred": 100,
}
_ROMAN = {"iii": 3, "iv": 4, "vi": 6, "vii": 7, "viii": 8, "ix": 9} | {
    f"x{ones}": 10 + value for value, ones in enumerate(("i", "ii", "iii", "iv", "v", "vi", "vii"), start=1)
}
"""Those of several letters: one alone is a letter."""
_HAN = {numeral: value for value, numeral in enumerate("〇一二三四五六七八九十")} | {"零": 0, "两": 2, "兩": 2}
_HAN_FORMAL = str.maketrans("壱弐参壹贰貳叁參肆伍陆陸柒捌玖拾", "一二三一二二三三四五六六七八九十")


def _fold_words() -> dict[str, int]:
    values = _TENS | _ROMAN
    for line in _WORDS.values():
        values |= {word.replace("й", "и"): value for value, word in enumerate(line.split())}
    return values


_VALUES = _fold_words()


def _by_first_letter(words: Iterable[str]) -> str:
    """Write words as a pattern that is done with all but a few of them at the first letter; the longest goes first."""
    ends: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        ends.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in ends.items())


_WORD = _by_first_letter(_VALUES)
_ONE_WORD = re.compile(_WORD)
_TENS_WORD = "|".join(_TENS)
_NUMBER = (
    rf"(?<![\w.])(?P<number>\d{{1,4}}(?:[.,]\d)?|(?:(?:{_TENS_WORD})[\s-]+)?(?:{_WORD})"
    "|[〇零一二三四五六七八九十百两兩]{1,5})"
)
_GAP = r"[\s._-]*+"
"""All of it at once: what gives a gap back, one character after the other, takes the square of its length."""
_AFTER = (
    rf"years?{_GAP}(?:old|olds|young|of{_GAP}age|o)\b",
    rf"(?<!\bsei)(?:yrs?|y){_GAP}/?{_GAP}o(?:ld|lds)?\b",  # seiyo is Japanese for the West, and no six years
    rf"yrs?\b(?!{_GAP}(?:later|ago|after|before))",
    rf"years?\b(?!{_GAP}(?:later|ago|after|before|anniversary|war|apart|long|since|in\b|of\b))",
    r"歳|才|岁|歲|周岁|さい|サイ|살|(?<=[\d\s])세(?![가-힣])",
    r"(?:лет|год|года|годик\w*|годовал\w*)\b|летн\w+",
    r"(?:anos?|anitos|ans?|jahre?n?|jahrig\w*|jaar|jarig\w*|anni|lat|letni\w*|tahun|tuoi|yas|yasinda\w*)\b",
    "साल|वर्ष|سنة|سنوات|عاما|ปี|ขวบ",
)
_BEFORE = rf"(?:\bage[ds]?|\bages|\baged|\bturn(?:ed|ing|s)?)\b{_GAP}(?:of|is|at|:|=|about|around|only|just)?{_GAP}"
_ALONE = "|".join(_WORDS["en"].split()[3:17])
"""Words that are all of a tag; Seventeen is a magazine and a band."""
_STATED = (
    re.compile(f"{_NUMBER}(?: and a half)?{_GAP}(?:{'|'.join(_AFTER)})"),
    re.compile(_BEFORE + _NUMBER.replace(r"(?<![\w.])", r"(?<![a-z.])") + r"\b"),
    re.compile(r"(?<!\w)(?P<number>1[0-7])f\b"),
    re.compile(r"(?<!\w)(?P<number>1[0-7]|[3-9])y\b"),
    re.compile(rf"^\s*(?P<number>1[0-7]|[3-9]|{_ALONE})(?: and a half)?\s*$"),
)
_MONTHS = re.compile(rf"(?<![\w.])(?P<number>\d{{1,3}}|{_WORD}){_GAP}(?:months?|mos?){_GAP}old\b")
_ORDINAL = (
    "1st|2nd|3rd|[4-9]th|1[0-2]th|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
)
_SCHOOL = re.compile(
    rf"(?<![(])\b(?:{_ORDINAL}){_GAP}(?:grade|graders?|form|former)\b"
    rf"|\bgrade{_GAP}(?:[1-9]|1[0-2])\b(?!{_GAP}(?:sorcerer|curse|shaman|spirit|weapon|magic|hero|cursed|steel))"
    rf"|\byear{_GAP}(?:[1-9]|1[0-2]){_GAP}(?:student|pupil|girl|boy|schoolgirl|schoolboy)s?\b"
    r"|(?<!\w)[小中高初国國][1-6一二三四五六](?:年生?|生|女|男)?(?!\w)"
    r"|[小中高][学學]校?[1-6一二三四五六]年"
    r"|(?<!\w)[초중고][1-6](?!\w)"
    r"|\b\d{1,2}[. ]*klass(?:e|lerin|ler)\b"
)
_UNIT = re.compile("|".join((*_AFTER, _BEFORE, r"\d[fy]\b", rf"^\s*(?:\d{{1,2}}|{_ALONE})(?: and|\s*$)")))
"""What stands beside the number of every pattern above; most tags hold none of it."""


_WORD_ENDINGS = frozenset({"ano", "an", "anno"})
"""A year that is written onto a number in words makes another word of it: human, in Italian, is umano."""

_NO_AGE: frozenset[float] = frozenset()


@lru_cache(maxsize=1024)
def ages(text: str) -> frozenset[float]:
    """Give every age, in years, that a text states; a school year counts as `SCHOOL_AGE`.

    No statement goes on behind a comma and a space, so a text is read in the parts that may be known already.
    """
    typed, guessed = readings(text)
    parts = {part for form in typed for part in form.split(", ")}
    others = {part for form in guessed for part in form.split(", ")} - parts
    return _NO_AGE.union(
        *[_ages_of(part, typed=True) for part in parts], *[_ages_of(part, typed=False) for part in others]
    )


@lru_cache(maxsize=32_768)
def _ages_of(part: str, *, typed: bool) -> frozenset[float]:
    """Give the ages that a part states; what it only looks or sounds like says one with its unit, or none."""
    numerals = part.translate(_HAN_FORMAL)
    found: set[float] = set()
    if _UNIT.search(numerals):
        for pattern in _STATED:
            found.update(
                _value(match["number"])
                for match in pattern.finditer(numerals)
                if not (match["number"].isalpha() and match[0].removeprefix(match["number"]) in _WORD_ENDINGS)
            )
    found.update(_value(match["number"]) / 12 for match in _MONTHS.finditer(numerals))
    if _SCHOOL.search(numerals):
        found.add(SCHOOL_AGE)
    for said, number in phrases_of(numerals, _ANY_NUMBER) if typed else ():
        age = _age(said, _value(number))
        found |= {age} if age is not None else set()
    return frozenset(found)


_ANY_NUMBER = re.compile(_NUMBER.replace("?P<number>", "").replace(r"(?<![\w.])", r"(?<![a-z.\d])"))
_MOST = 120
"""Years that anybody is taken to state about somebody without saying years: what is more counts something else."""
_BORN_UNDER_AGE = 2008
"""Who was born then or later may have been under age when this was written; in doubt they are."""
_SCHOOL_YEARS = 13


def _age(said: Said, number: float) -> float | None:
    """Give the age that a phrase makes of a number; None where it counts something else, or somebody grown."""
    match said:
        case "born":
            return SCHOOL_AGE if _BORN_UNDER_AGE <= number <= _LAST_YEAR else None
        case "school":
            return SCHOOL_AGE if 1 <= number <= _SCHOOL_YEARS else None
        case "under":
            return number - 1 if _LEAST < number <= OF_AGE else None
        case _:
            return number if _LEAST < number <= _MOST else None


_LEAST = 2
"""She is one of them, two of a kind."""
_LAST_YEAR = 2100


def _value(number: str) -> float:
    if number[0].isdigit():
        return float(number.replace(",", "."))
    if number[0] in _HAN or number[0] == "百":
        return _han(number)
    parts = _ONE_WORD.findall(number)
    return sum(_VALUES[part] for part in parts)


def _han(number: str) -> int:
    """Read a number below a thousand: 十三 is 13, 二十 is 20, 一三 is 13."""
    if "百" in number:
        return 100
    if "十" not in number:
        return int("".join(str(_HAN[numeral]) for numeral in number))
    tens, ones = number.split("十", 1)
    return 10 * (_HAN[tens[-1]] if tens else 1) + (_HAN[ones[0]] if ones and ones[0] in _HAN else 0)

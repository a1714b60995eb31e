"""Which articles are agency text: an agency's own, copies of one, and those that credit one at their head or foot.

A credit is a dateline ("(Reuters) -", "/ТАСС/"), a line of its own at the end ("Source: AP"), or an attribution in the
first sentences ("повідомляє агентство ..."). An agency that is named further down is a source among others, no credit.
A copy of agency text is agency text, whether or not it says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa

from tenor.corpus.phrases import fold
from tenor.corpus.store import Store
from tenor.model import Plan
from tenor.tables import ORIGINS

OWN, COPY, DATELINE, SIGNED, CITED = "its own", "copy", "dateline", "signed", "cited first"
# How far a dateline, an attribution of the first sentences, and a signature are looked for, in characters.
HEAD, FIRST, FOOT = 160, 300, 400

# Names as they stand in credits; what is given beside them is another spelling. Those in capitals only are too short
# to be looked for in running text.
KNOWN: Mapping[str, tuple[str, ...]] = {
    "Reuters": ("Рейтер", "Рейтерс"),
    "Associated Press": ("AP", "Ассошиэйтед Пресс"),
    "Agence France-Presse": ("AFP", "Agence France Presse", "Франс Пресс", "Франс-Пресс"),
    "Deutsche Presse-Agentur": ("DPA",),
    "ANSA": (),
    "EFE": (),
    "Xinhua": ("Синьхуа", "Сіньхуа", "Şinhua"),
    "TASS": ("ТАСС", "ИТАР-ТАСС"),
    "RIA Novosti": ("РИА Новости", "РІА Новини", "РИА «Новости»"),
    "Interfax": ("Интерфакс", "Інтерфакс", "Interfax-Ukraine", "Интерфакс-Украина", "Інтерфакс-Україна"),
    "Ukrinform": ("Укринформ", "Укрінформ"),
    "UNIAN": ("УНИАН", "УНІАН"),
    "Ukrainian News": ("Українські Новини", "Украинские новости"),
    "BelTA": ("БелТА", "БЕЛТА"),
    "Anadolu Agency": ("AA", "Anadolu", "Anadolu Ajansı", "Анадолу"),
    "Demirören News Agency": ("DHA", "Demirören Haber Ajansı"),
    "İhlas News Agency": ("İHA", "İhlas Haber Ajansı"),
}
_SHORT = 4
_BEFORE = (
    r"(?:report(?:s|ed)?|according to|citing|cited by|сообща\w+|сообщил\w*|переда\w+|пишет|со ссылкой на|"
    r"повідомля\w+|повідомил\w*|передає|пише|з посиланням на)\s+(?:by\s+)?(?:the\s+)?"
    r"(?:news agency\s+|(?:информ|інформ)?агентств\w+\s+)?[«\"“]?"
)
_AFTER = (
    r"[»\"”]?(?:['’]\w+)?\s+(?:reports|reported|(?:ajansi\w*\s+)?(?:haberine gore|bildirdi|aktardi|duyurdu)|"
    r"сообща\w+|сообщил\w*|переда\w+|повідомля\w+|повідомил\w*)"
)
# A picture's credit says nothing of the text.
_PICTURE = re.compile(r"\b(?:photo\w*|pictures?|images?|getty|video|itn|фото\w*|видео|відео|fotograf\w*)\b")
_SOURCE = r"(?:(?:source|via|from|with|by|источник|по материалам|джерело|за матеріалами|kaynak)s?\s*[:—–-]?\s*)?"


@dataclass(frozen=True, slots=True)
class Credits:
    """Finds which agency a text credits.

    Parameters
    ----------
    names
        By folded spelling the agency it stands for.
    """

    names: Mapping[str, str]

    @classmethod
    def of(cls, own: Sequence[str]) -> Credits:
        """Return what finds agencies that the study names, and those that everybody knows.

        Examples
        --------
        >>> Credits.of(["Tidewire"]).found("CORVAN, 14 March (Tidewire) - Talks broke up.")
        ('Tidewire', 'dateline')
        """
        spelt = {fold(form): name for name, others in KNOWN.items() for form in (name, *others)}
        return cls({**spelt, **{fold(name): name for name in own}})

    def found(self, text: str) -> tuple[str, str]:
        """Return the agency that a text credits, and how; two empty strings where it credits none.

        Examples
        --------
        >>> credits = Credits.of([])
        >>> credits.found("МОСКВА, 23 июля. /ТАСС/. Встреча прошла."), credits.found("He spoke to Reuters.")
        (('TASS', 'dateline'), ('', ''))
        """
        folded = fold(text)
        head, first = folded[:HEAD], folded[:FIRST]
        foot = [line for line in folded[-FOOT:].splitlines()[-4:] if not _PICTURE.search(line)]
        for how, pattern, parts in (
            (DATELINE, _dateline(tuple(self.names)), [head]),
            (SIGNED, _signed(tuple(self.names)), foot),
            (CITED, _cited(tuple(name for name in self.names if len(name) > _SHORT)), [first]),
        ):
            for part in parts:
                if hit := pattern.search(part):
                    return self.names[next(filter(None, hit.groups()))], how
        return "", ""


def _any(names: Sequence[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


@lru_cache(maxsize=8)
def _dateline(names: tuple[str, ...]) -> re.Pattern[str]:
    every = _any(names)
    return re.compile(
        rf"\(\s*({every})(?:[^\w()][^()]{{0,30}})?\)|/\s*({every})\s*/|^[^\n]{{2,60}}?[.,–—-]\s*({every})\s*[.:—–-]"
    )


@lru_cache(maxsize=8)
def _signed(names: tuple[str, ...]) -> re.Pattern[str]:
    every = _any(names)
    alone = rf"^\W*{_SOURCE}(?:[^/,()]{{0,30}}[/,]\s*)?({every})(?:\s*[/,]\s*[^/,()]{{0,30}})?\W*$"
    return re.compile(rf"{alone}|\(\s*({every})\s*\)\W*$")


@lru_cache(maxsize=8)
def _cited(names: tuple[str, ...]) -> re.Pattern[str]:
    every = _any(names)
    return re.compile(rf"\b{_BEFORE}({every})(?!\w)|(?<!\w)({every}){_AFTER}")


_TEXTS = """\
SELECT articles.doc_id, articles.outlet, articles.copy_id, articles.published, text
FROM articles JOIN documents USING (doc_id) ORDER BY articles.doc_id"""


def origins(store: Store, plan: Plan) -> pa.Table:
    """Return which of the stored articles are agency text, as rows of `ORIGINS`; others have no row.

    Parameters
    ----------
    store, plan
        The study, which says of its outlets which are agencies; articles must be up to date.
    """
    finder = Credits.of([item.name for item in plan.outlets if item.agency])
    own = {fold(item.name) for item in plan.outlets if item.agency} | {fold(name) for name in KNOWN}
    rows: list[dict[str, object]] = []
    with store.snapshot() as then:
        for part in then.batches(_TEXTS, {}):
            for row in part.to_pylist():
                text = row.pop("text")
                agency, how = (row["outlet"], OWN) if fold(row["outlet"]) in own else finder.found(text)
                rows.append({**row, "agency": agency, "how": how})
    return pa.Table.from_pylist(list(_with_copies(rows)), ORIGINS)


def _with_copies(rows: Sequence[Mapping[str, object]]) -> Iterator[dict[str, object]]:
    """Yield what is agency text; a credit holds for every copy that came no earlier than the text with the credit."""
    heads: dict[object, Mapping[str, object]] = {}
    for row in sorted(rows, key=_order):
        if row["how"] in (OWN, DATELINE, SIGNED):
            heads.setdefault(row["copy_id"], row)
    for row in rows:
        head = heads.get(row["copy_id"])
        if row["agency"]:
            yield {name: row[name] for name in ("doc_id", "agency", "how")}
        elif head is not None and (head["how"] == OWN or _order(head)[1:3] <= _order(row)[1:3]):
            yield {"doc_id": row["doc_id"], "agency": head["agency"], "how": COPY}


def _order(row: Mapping[str, object]) -> tuple[bool, bool, str, str]:
    """Sort agencies' own articles first, then by time, undated last."""
    return row["how"] != OWN, row["published"] is None, str(row["published"]), str(row["doc_id"])

"""Make a document of the strings that a file holds for one article, or say why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from tenor.model import Document, Reject
from tenor.sources.dates import DateRules, Moment, Undated, parse_date, zone_named
from tenor.sources.importer import MOST_CHARACTERS, ArticleSettings
from tenor.sources.languages import UNKNOWN, language_code
from tenor.sources.text import clean_line, clean_text, excerpt_of, has_surrogate


class Refused(Exception):
    """An article that can't be kept; `args[0]` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """The strings of one article as the file has them; `lost` names fields that can't be kept.

    `dated_line` says that only the beginning of `date` need be a date.
    """

    title: str = ""
    text: str = ""
    outlet: str = ""
    date: str = ""
    url: str = ""
    native_id: str = ""
    lang: str = ""
    lost: tuple[str, ...] = ()
    dated_line: bool = False

    @classmethod
    def of(cls, fields: Mapping[str, str], lost: tuple[str, ...]) -> Raw:
        """Make one of strings by role.

        Examples
        --------
        >>> Raw.of({"title": "Talks"}, ()).title
        'Talks'
        """
        title, text, outlet = (fields.get(role, "") for role in ("title", "text", "outlet"))
        date, url, native_id, lang = (fields.get(role, "") for role in ("date", "url", "native_id", "lang"))
        return cls(title=title, text=text, outlet=outlet, date=date, url=url, native_id=native_id, lang=lang, lost=lost)

    def fields(self) -> tuple[str, ...]:
        """Return every string of it."""
        return (self.title, self.text, self.outlet, self.date, self.url, self.native_id, self.lang)


def end_of_tomorrow() -> datetime:
    """Return the moment after which an article can't have been published.

    Examples
    --------
    >>> end_of_tomorrow() > datetime.now(tz=UTC)
    True
    """
    return datetime.now(tz=UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Makes documents of one file, all in the same way.

    Parameters
    ----------
    importer
        Its name, which every document carries.
    settings
        What the user said: outlet and language for articles without, time zone.
    rules
        How dates are read.
    latest
        Articles dated later are refused.
    """

    importer: str
    settings: ArticleSettings
    rules: DateRules
    latest: datetime = field(default_factory=end_of_tomorrow)

    @classmethod
    def plain(cls, importer: str, settings: ArticleSettings) -> Maker:
        """Return a maker for a format that writes its dates in one known way.

        Raises
        ------
        SourceError
            The settings name a time zone that is none.

        Examples
        --------
        >>> Maker.plain("x@1", ArticleSettings(timezone="Nowhere/Land"))
        Traceback (most recent call last):
        tenor.errors.SourceError: no time zone 'Nowhere/Land'; write it like Europe/Istanbul
        """
        if settings.timezone:
            zone_named(settings.timezone)
        order = settings.date_format if settings.date_format in ("day first", "month first") else ""
        return cls(importer=importer, settings=settings, rules=DateRules(date_format=order, timezone=settings.timezone))

    def make(self, raw: Raw, place: str) -> Document | Reject:
        """Return the document, or why there can be none.

        Parameters
        ----------
        raw
            The strings.
        place
            Where they stand in the file.

        Examples
        --------
        >>> maker = Maker.plain("x@1", ArticleSettings())
        >>> made = maker.make(Raw(title="Talks", outlet="The Paper", date="1 July 2019"), "a.csv:2")
        >>> made.published.isoformat(), made.precision
        ('2019-07-01T00:00:00+00:00', 'day')
        >>> maker.make(Raw(title="Talks"), "a.csv:3").why
        'it names no outlet'
        """
        try:
            return self._make(raw, place)
        except Refused as error:
            return Reject(place=place, why=str(error), excerpt=excerpt_of(raw.title or raw.text))

    def _make(self, raw: Raw, place: str) -> Document:
        if max(map(len, raw.fields())) > MOST_CHARACTERS:
            raise Refused(f"a field holds more than {MOST_CHARACTERS:,} characters")
        if any(map(has_surrogate, raw.fields())):
            raise Refused("it holds half a character (a lone surrogate)")
        title, text = clean_line(raw.title), clean_text(raw.text)
        outlet = clean_line(raw.outlet or self.settings.outlet)
        if not title.text and not text.text:
            raise Refused("it has neither title nor text")
        if not outlet.text:
            raise Refused("it names no outlet")
        moment, date_lost = self._moment(raw)
        url, url_lost = _address(raw.url)
        lang, lang_lost = _language(raw.lang or self.settings.lang)
        removed = (
            ("control characters", title.controls + text.controls + outlet.controls),
            ("bytes of Windows-1252, put right", title.strays + text.strays + outlet.strays),
            ("marks that change the direction of writing", title.overrides + outlet.overrides),
        )
        lost = [f"{what}: {count}" for what, count in removed if count]
        return Document(
            outlet=outlet.text,
            title=title.text,
            text=text.text,
            native_id=clean_line(raw.native_id).text,
            url=url,
            published=moment.published if moment else None,
            precision=moment.precision if moment else "none",
            tz_source=moment.tz_source if moment else "none",
            lang=lang,
            importer=self.importer,
            raw=place,
            lost=(*raw.lost, *lost, *date_lost, *url_lost, *lang_lost),
        )

    def _moment(self, raw: Raw) -> tuple[Moment | None, tuple[str, ...]]:
        """Return when it was published, and what of the date is lost or doubtful."""
        text = raw.date.strip()
        if not text:
            return None, ()
        try:
            moment = parse_date(text, self.rules, line=raw.dated_line)
        except Undated:
            return None, (f"unreadable date: {excerpt_of(text, 40)}",)
        if moment.published >= self.latest:
            raise Refused(f"it is dated in the future ({moment.published:%Y-%m-%d})")
        return moment, moment.doubts


def _address(raw: str) -> tuple[str, tuple[str, ...]]:
    """Return a web address, or nothing for one that a browser should not follow."""
    url = clean_line(raw).text
    if not url:
        return "", ()
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme in ("http", "https") and parts.netloc and " " not in url:
        return url, ()
    return "", ("url that is no web address",)


def _language(raw: str) -> tuple[str, tuple[str, ...]]:
    name = clean_line(raw).text
    if not name:
        return "", ()
    code = language_code(name)
    return ("", (f"language: {excerpt_of(name, 40)}",)) if code == UNKNOWN else (code, ())

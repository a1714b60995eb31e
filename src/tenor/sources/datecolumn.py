"""Settle for a whole column how it writes its dates, before the first of them is read for good."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tenor.errors import Place, SourceError
from tenor.sources.dates import DAY_FIRST, MONTH_FIRST, DateRules, Order, Undated, find_date, parse_date
from tenor.sources.text import excerpt_of

_FEW = 3


@dataclass(slots=True)
class DateColumn:
    """What all dates of a column show together about how it writes them.

    Parameters
    ----------
    rules
        What is declared; the rest is found.

    Examples
    --------
    >>> column = DateColumn(DateRules())
    >>> for cell in ("01/02/2024", "13/02/2024", ""):
    ...     column.add(cell)
    >>> column.settle(Place("a.csv", setting="date")).orders
    (('.', 'day first'), ('/', 'day first'))
    """

    rules: DateRules
    filled: int = 0
    unread: int = 0
    timed: int = 0
    midnights: int = 0
    first_unread: tuple[str, str] = ("", "")
    forms: dict[str, int] = field(default_factory=dict)
    leans: dict[tuple[str, Order], str] = field(default_factory=dict)
    swaps: dict[str, str] = field(default_factory=dict)

    def add(self, cell: str) -> None:
        """Take note of one cell; an empty one says nothing."""
        text = cell.strip()
        if not text:
            return
        self.filled += 1
        try:
            self._look_at(text)
        except Undated as error:
            self.unread += 1
            if self.unread == 1:
                self.first_unread = (excerpt_of(text, 40), str(error))

    def _look_at(self, text: str) -> None:
        declared = self.rules.date_format
        if declared and declared not in (DAY_FIRST, MONTH_FIRST):
            parse_date(text, self.rules)
            self.forms[declared] = self.forms.get(declared, 0) + 1
            return
        found = find_date(text)
        form = f"D{found.separator}M{found.separator}YYYY" if found.swap and not found.doubts else found.form
        self.forms[form] = self.forms.get(form, 0) + 1
        if found.swap:
            self.swaps.setdefault(found.separator, text)
        if found.leans:
            self.leans.setdefault((found.separator, found.leans), text)
        if found.clock:
            self.timed += 1
            self.midnights += found.clock.is_midnight

    def settle(self, place: Place) -> DateRules:
        """Return the rules by which every date of the column is read.

        Raises
        ------
        SourceError
            Day and month can't be told apart in some of them, or most are no dates at all.
        """
        if self.filled >= _FEW and self.unread * 2 > self.filled:
            text, why = self.first_unread
            what = f"{self.unread:,} of {self.filled:,} dates can't be read, the first is '{text}': {why}"
            do = "set date_format to the form of this column (%d/%m/%Y, 'epoch' ...), or name another date column"
            raise SourceError(what, do=do, place=place)
        seen = sorted({*self.swaps, *(separator for separator, _ in self.leans)})
        orders = {".": DAY_FIRST, **{item: self._order(item, place) for item in seen}}
        whole = bool(self.timed) and self.midnights == self.timed
        return replace(self.rules, orders=tuple(sorted(orders.items())), whole_days=whole)

    def _order(self, separator: str, place: Place) -> Order:
        """Return what comes first in dates with this separator."""
        shown = [order for order in (DAY_FIRST, MONTH_FIRST) if (separator, order) in self.leans]
        declared = self.rules.date_format
        if declared:
            other = MONTH_FIRST if declared == DAY_FIRST else DAY_FIRST
            if shown == [other] and separator in self.swaps:
                what = f"date_format says '{declared}', but '{self.leans[separator, other]}' has the {other}"
                raise SourceError(what, do=f"set date_format to '{other}'", place=place)
            return DAY_FIRST if declared == DAY_FIRST else MONTH_FIRST
        if len(shown) == 1:
            return shown[0]
        if separator not in self.swaps or (separator == "." and not shown):
            return DAY_FIRST
        do = "set date_format to 'day first' or 'month first'"
        if not shown:
            what = f"'{self.swaps[separator]}' reads two ways, and no date of the column shows which is the day"
            raise SourceError(what, do=do, place=place)
        day, month = (self.leans[separator, order] for order in (DAY_FIRST, MONTH_FIRST))
        what = f"'{day}' has the day first and '{month}' the month, so '{self.swaps[separator]}' reads two ways"
        raise SourceError(what, do=f"{do}, or split the file", place=place)

    def notes(self) -> tuple[str, ...]:
        """Return what a reader of the report should know of these dates."""
        notes = []
        if len(self.forms) > 1:
            counted = sorted(self.forms.items(), key=lambda item: (-item[1], item[0]))
            notes.append("dates stand in several forms: " + ", ".join(f"{form} ({n:,})" for form, n in counted))
        if (
            "." in self.swaps
            and not any(separator == "." for separator, _ in self.leans)
            and not self.rules.date_format
        ):
            notes.append(f"'{self.swaps['.']}' was read with the day first, as dates with dots are written")
        if self.timed and self.midnights == self.timed:
            notes.append("all times are 00:00:00 and were read as whole days")
        return tuple(notes)

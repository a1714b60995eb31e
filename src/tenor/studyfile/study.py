"""From a study file to a `Plan`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tenor import model
from tenor.errors import TenorError
from tenor.studyfile.lined import Lined, describe, duplicates, raise_all, read_lined
from tenor.studyfile.settings import (
    ActorSetting,
    ComparisonSetting,
    CountsSetting,
    DeclaredSetting,
    EventSetting,
    ExcludedSetting,
    OutletSetting,
    RoundSetting,
    StudyDescription,
    WindowSetting,
)

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_study(path: Path) -> model.Plan:
    """Read a study file.

    Parameters
    ----------
    path
        The file, usually ``tenor.yaml``.

    Returns
    -------
    Plan
        The study as it describes itself.

    Raises
    ------
    TenorError
        With file, line, setting, what is wrong and what to do; all mistakes at once.

    Examples
    --------
    >>> from pathlib import Path
    >>> read_study(Path("nowhere/tenor.yaml"))
    Traceback (most recent call last):
    tenor.errors.MissingInput: there is no file nowhere/tenor.yaml; `tenor new FOLDER` writes a commented one
    """
    lined = read_lined(path)
    said = describe(lined, StudyDescription)
    plan = model.Plan(
        id=said.id,
        title=said.title,
        event=_event(said.event),
        rounds=tuple(_round(item, lined.place(("rounds", index)).line) for index, item in enumerate(said.rounds)),
        comparison=_comparison(said.comparison),
        sources=tuple(_source(item, lined.place(("counts", index)).line) for index, item in enumerate(said.counts)),
        file=path.name,
        sha256=lined.sha256,
        outlets=tuple(map(_outlet, said.outlets)),
        actors=tuple(map(_actor, said.actors)),
        queries=tuple(model.TextQuery(id=item.id, phrases=item.any, without=item.without) for item in said.queries),
        protected=said.protected,
        groups=tuple(model.Group(**item.model_dump()) for item in said.groups),
    )
    raise_all(_study_mistakes(lined, said, plan))
    return plan


def _window(said: WindowSetting) -> model.Window:
    return model.Window(start=said.start, stop=said.stop, unit=said.unit)


def _event(said: EventSetting) -> model.Event:
    return model.Event(
        title=said.title,
        timezone=said.timezone,
        window=_window(said.window),
        other_windows=tuple(_window(item) for item in said.other_windows),
        occasion=said.occasion,
        week_starts=WEEKDAYS.index(said.week_starts),
    )


def _round(said: RoundSetting, line: int | None) -> model.Round:
    confounders = tuple(model.Confounder(date=item.date, what=item.what) for item in said.confounders)
    return model.Round(
        id=said.id,
        label=said.label,
        date=said.date,
        occasions=said.occasions,
        query=said.query,
        cues=tuple(said.cues.items()),
        confounders=confounders,
        line=line,
    )


def _comparison(said: ComparisonSetting | None) -> model.ComparisonPeriod | None:
    if said is None:
        return None
    excluded = tuple(model.Excluded(stretch=_stretch(item), why=item.why) for item in said.excluded)
    return model.ComparisonPeriod(stretch=_stretch(said), excluded=excluded)


def _outlet(said: OutletSetting) -> model.Outlet:
    declared = [
        model.Declared(outlet=said.name, stretch=_stretch(item), observed=observed, why=item.why)
        for observed, items in ((True, said.observed), (False, said.unobserved))
        for item in items
    ]
    return model.Outlet(declared=tuple(declared), **said.model_dump(exclude={"observed", "unobserved"}))


def _actor(said: ActorSetting) -> model.Actor:
    titles = tuple(
        model.Title(
            words=tuple(item.words.items()),
            start=item.start,
            stop=item.stop + timedelta(days=1) if item.stop else None,
        )
        for item in said.titles
    )
    plain = said.model_dump(exclude={"aliases", "titles"})
    return model.Actor(aliases=tuple(said.aliases.items()), titles=titles, **plain)


def _stretch(said: ComparisonSetting | ExcludedSetting | DeclaredSetting) -> model.Stretch:
    return model.Stretch(start=said.start, stop=said.stop + timedelta(days=1))


def _source(said: CountsSetting, line: int | None) -> model.CountSource:
    columns = model.CountColumns(**said.columns.model_dump())
    return model.CountSource(line=line, columns=columns, **said.model_dump(exclude={"columns"}))


def _study_mistakes(lined: Lined, said: StudyDescription, plan: model.Plan) -> list[TenorError]:
    errors: list[TenorError] = []
    try:
        ZoneInfo(said.event.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        do = "write one as in Europe/Istanbul"
        errors.append(lined.error(("event", "timezone"), f"'{said.event.timezone}' is no time zone", do))
    for name, window in [("window", said.event.window), *(("other_windows", w) for w in said.event.other_windows)]:
        if window.stop < window.start:
            errors.append(
                lined.error(("event", name), f"the window ends ({window.stop}) before it starts", "swap them")
            )
    errors += duplicates(lined, [("rounds", index) for index in range(len(said.rounds))], [r.id for r in said.rounds])
    for name, ids in (("queries", said.queries), ("actors", said.actors), ("groups", said.groups)):
        errors += duplicates(lined, [(name, index) for index in range(len(ids))], [item.id for item in ids])
    for index, actor in enumerate(said.actors):
        if actor.kind == "person" and not actor.public_role.strip():
            what = f"'{actor.name}' is a person without a public role, and private persons are not studied"
            errors.append(lined.error(("actors", index, "public_role"), what, "name the role, or remove the actor"))
    errors += _title_mistakes(lined, plan.actors)
    errors += _outlet_mistakes(lined, said)
    errors += _overlaps(lined, plan)
    if said.comparison and said.comparison.stop < said.comparison.start:
        errors.append(lined.error(("comparison", "to"), "the comparison ends before it starts", "swap the dates"))
    for index, counts in enumerate(said.counts):
        errors += _count_mistakes(lined, index, counts)
    return errors


def _title_mistakes(lined: Lined, actors: Sequence[model.Actor]) -> list[TenorError]:
    """Return an error for every title that ends before it starts, or that two hold on one day."""
    errors: list[TenorError] = []
    held: dict[tuple[str, str], list[tuple[model.Stretch, model.Actor]]] = {}
    for index, actor in enumerate(actors):
        for number, title in enumerate(actor.titles):
            at = ("actors", index, "titles", number)
            days = model.Stretch(start=title.start or date.min, stop=title.stop or date.max)
            if days.stop <= days.start:
                errors.append(lined.error((*at, "to"), "this title ends before it starts", "swap the dates"))
                continue
            for lang, phrase in dict.fromkeys((lang, phrase) for lang, phrases in title.words for phrase in phrases):
                mine = held.setdefault((lang, re.sub(r"^(?:the|an?) ", "", phrase.casefold())), [])
                other = next((one for stretch, one in mine if stretch.overlaps(days)), None)
                if other:
                    what = f"'{phrase}' is '{other.id}' and '{actor.id}' on the same days"
                    do = "end one before the other begins, or write whose title it is: 'the president of ...'"
                    errors.append(lined.error((*at, "words", lang), what, do))
                mine.append((days, actor))
    return errors


def _outlet_mistakes(lined: Lined, said: StudyDescription) -> list[TenorError]:
    errors: list[TenorError] = []
    names = [item.name for item in said.outlets]
    for index, item in enumerate(said.outlets):
        if item.name in names[:index]:
            what = f"the outlet '{item.name}' is described twice"
            errors.append(lined.error(("outlets", index, "name"), what, "keep one"))
        for kind, stretches in (("observed", item.observed), ("unobserved", item.unobserved)):
            for number, stretch in enumerate(stretches):
                if stretch.stop < stretch.start:
                    at = ("outlets", index, kind, number, "to")
                    errors.append(lined.error(at, "these days end before they start", "swap the dates"))
        days = [[_stretch(one) for one in stretches] for stretches in (item.observed, item.unobserved)]
        if any(one.overlaps(other) for one in days[0] for other in days[1]):
            what = f"some days of '{item.name}' are declared observed and unobserved"
            errors.append(lined.error(("outlets", index, "unobserved"), what, "keep them apart"))
    return errors


def _overlaps(lined: Lined, plan: model.Plan) -> list[TenorError]:
    errors: list[TenorError] = []
    stretches = [round_stretch(plan.event, item, plan.event.window) for item in plan.rounds]
    for later in range(len(stretches)):
        for earlier in range(later):
            one, other = plan.rounds[earlier], plan.rounds[later]
            if one.query == other.query and stretches[earlier].overlaps(stretches[later]):
                what = (
                    f"the windows of '{one.id}' ({stretches[earlier]}) and '{other.id}' "
                    f"({stretches[later]}) overlap, so the same pieces would count for both"
                )
                errors.append(lined.error(("rounds", later, "date"), what, "shorten event.window or mend a date"))
    return errors


def round_stretch(event: model.Event, item: model.Round, window: model.Window) -> model.Stretch:
    """Return the days of a round under a window; weeks are whole weeks of the event's calendar."""
    if window.unit == "day":
        start, stop = window.start, window.stop + 1
        return model.Stretch(start=item.date + timedelta(days=start), stop=item.date + timedelta(days=stop))
    monday = item.date - timedelta(days=(item.date.weekday() - event.week_starts) % 7)
    first, last = monday + timedelta(weeks=window.start), monday + timedelta(weeks=window.stop + 1)
    return model.Stretch(start=first, stop=last)


def _count_mistakes(lined: Lined, index: int, said: CountsSetting) -> list[TenorError]:
    at = ("counts", index)
    errors: list[TenorError] = []
    if (said.outlet is None) == (said.columns.outlet is None):
        what = "the outlet must be named once: in 'outlet' or by a column"
        errors.append(lined.error((*at, "outlet"), what, "set one of the two"))
    if sum((said.query is not None, said.columns.query is not None, bool(said.columns.wide))) != 1:
        what = "the query must be named once: in 'query', by 'columns.query' or by 'columns.wide'"
        errors.append(lined.error((*at, "query"), what, "set one of the three"))
    if (said.columns.matched is None) == (not said.columns.wide):
        what = "the matched pieces must be named once: by 'columns.matched' or by 'columns.wide'"
        errors.append(lined.error((*at, "columns"), what, "set one of the two"))
    if said.columns.wide and said.columns.total is not None:
        what = "a wide file has one total for all its queries only if you say so row by row"
        errors.append(lined.error((*at, "columns", "total"), what, "turn the file into one row a query"))
    return errors

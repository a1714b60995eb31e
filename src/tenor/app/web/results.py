"""What a run worked out and what a page needs of it: verdicts with drawn charts, places of passages, measures."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenor.app.web.kept import STATE, OtherVersion, file_hash, keep, kept
from tenor.errors import MissingInput, Place, TenorError, shown
from tenor.model import Claim, Hypothesis, Measure
from tenor.results import Audit, Finding, Measured, Series, Verdict, WindowValue
from tenor.studyfile.whole import write_whole

if TYPE_CHECKING:
    import pyarrow as pa

    from tenor.report.catalogue import Catalogue
    from tenor.report.figures import Figure
    from tenor.study import Study

# Of these tables a verdict is made; where one of them changed, it is out of date.
_READ = ("documents", "tombstones", "counts", "scores", "annotations")
_ACTIVE = re.compile(r'<(?:script|foreignObject|image|a|style|use)\b|<(?:[^<>"]|"[^"]*")*?\s(?:on\w+|href|id|style)=')
_PLACES = ("window", "outlet", "date", "doc_id", "part", "start", "stop", "speech", "value")
_AUDITS_KEPT, _MEASURES_KEPT = 2, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawn chart in both widths, each with the specification that makes it answer."""

    key: str
    wide: tuple[str, str]
    narrow: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The charts of a finding, whose keys begin with its own, and its measure and sides in words."""

    key: str
    hypothesis: str
    measure: Measure | None
    sides: tuple[str, str]
    charts: tuple[Chart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """A measure over time with its chart."""

    series: Series
    chart: Chart | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """An audit as it is kept; `at` is when it was made, `front` are charts of all claims together."""

    id: str
    at: datetime
    audit: Audit
    drawn: tuple[Drawn, ...]
    over: tuple[Over, ...]
    front: tuple[Chart, ...] = ()

    def verdict(self, claim: str) -> Verdict | None:
        """Return the verdict on a claim."""
        return next((item for item in self.audit.verdicts if item.claim.id == claim), None)

    def drawn_of(self, hypothesis: str) -> Drawn | None:
        """Return the charts of a hypothesis."""
        return next((item for item in self.drawn if item.hypothesis == hypothesis), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A measure that was taken, with its chart, and outlet by outlet."""

    measured: Measured
    chart: Chart | None
    outlets: tuple[tuple[str, tuple[WindowValue, ...]], ...]


def made_of(study: Study) -> dict[str, str]:
    """Return hashes of everything that verdicts are made of."""
    live = study.store.live()
    found = {
        "tenor.yaml": file_hash(study.folder / "tenor.yaml"),
        "claims.yaml": file_hash(study.folder / "claims.yaml"),
    }
    found |= {name: _hash(live.get(name, [])) for name in _READ}
    return found


def _hash(what: object) -> str:
    return hashlib.sha256(json.dumps(what, default=str).encode()).hexdigest()[:24]


# --- made by a run -----------------------------------------------------------------------------------


def audit_and_keep(study: Study, name: str, say: Callable[[str], None], lang: str = "en") -> str:
    """Answer every claim, draw the charts, note the places of the passages, and keep all of it.

    Parameters
    ----------
    study, name
        The study, and the id of the run.
    say
        Told what is being done.
    lang
        In which language the charts are drawn.

    Returns
    -------
    str
        How the claims ended, in a line.
    """
    say("answering the claims")
    study.refresh()
    of = made_of(study)
    audit = _without_texts(study.audit())
    home = study.folder / STATE / "audits"
    draft = home / f".new-{name}"
    say("drawing the charts")
    drawn, over, front = _drawn(audit, lang), _over(audit, lang), _front(audit, lang)
    results = Results(id=name, at=datetime.now(tz=UTC), audit=audit, drawn=drawn, over=over, front=front)
    keep(draft / "audit.json", results, of)
    for verdict in audit.verdicts:
        for finding in verdict.findings:
            say(f"finding the passages behind {finding.hypothesis.id}")
            _keep_places(study, finding.hypothesis, draft / "places")
    draft.replace(home / name)
    write_whole(home / "current", name.encode())
    for old in sorted(path for path in home.iterdir() if path.is_dir() and path.name != name)[: -_AUDITS_KEPT + 1]:
        shutil.rmtree(old, ignore_errors=True)
    words = [verdict.word for verdict in audit.verdicts]
    return ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words))


def _without_texts(audit: Audit) -> Audit:
    """Return an audit without any words of articles; pages look these up in the store."""
    return replace(audit, context=replace(audit.context, passages=(), masked=()))


def _catalogue(lang: str) -> Catalogue:
    from tenor.report.catalogue import LANGUAGES, catalogue

    return catalogue(lang if lang in LANGUAGES else "en")


def _drawn(audit: Audit, lang: str) -> tuple[Drawn, ...]:
    from tenor.report.page import finding_shown

    found, say = [], _catalogue(lang)
    for i, verdict in enumerate(audit.verdicts, 1):
        for j, finding in enumerate(verdict.findings, 1):
            item = finding_shown(audit, finding, f"c{i}f{j}", say)
            charts = _charts(item)
            found.append(
                Drawn(
                    key=item.key,
                    hypothesis=finding.hypothesis.id,
                    measure=item.measure,
                    sides=item.sides,
                    charts=charts,
                )
            )
    return tuple(found)


def _over(audit: Audit, lang: str) -> tuple[Over, ...]:
    from tenor.report.page import series_shown

    say = _catalogue(lang)
    lines = (series_shown(audit.plan, series, f"t{i}", say) for i, series in enumerate(audit.series, 1))
    return tuple(Over(series=line.series, chart=_chart(line.figure)) for line in lines)


def _front(audit: Audit, lang: str) -> tuple[Chart, ...]:
    from tenor.report.overview import overview

    return _charts(overview(audit, None, _catalogue(lang)))


def _charts(item: Any) -> tuple[Chart, ...]:
    """Return every chart that something drawn has, in its order."""
    return tuple(chart for part in fields(item) if (chart := _chart(getattr(item, part.name))))


def _chart(figure: object) -> Chart | None:
    from tenor.report.figures import Figure

    if not isinstance(figure, Figure):
        return None
    return chart_of(figure)


def chart_of(figure: Figure) -> Chart:
    """Return a drawn figure as it is kept."""
    return Chart(
        key=figure.key,
        wide=(figure.wide.svg, figure.wide.spec),
        narrow=(figure.narrow.svg, figure.narrow.spec),
    )


def _keep_places(study: Study, hypothesis: Hypothesis, folder: Path) -> None:
    """Keep the rows behind a hypothesis, without the words of articles."""
    import pyarrow.parquet as pq

    try:
        rows = study.evidence(hypothesis.id)
    except TenorError as error:
        write_whole(folder / f"{hypothesis.id}.why", str(error).encode("utf-8", "backslashreplace"))
        return
    kept_columns = [name for name in rows.column_names if name not in {"passage", "title", "url"}]
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows.select(kept_columns), folder / f"{hypothesis.id}.parquet")


def measure_and_keep(study: Study, asked: Mapping[str, str], say: Callable[[str], None]) -> str:
    """Take a measure that a page asked for, all outlets and outlet by outlet, and keep it.

    Returns
    -------
    str
        The name under which it is kept.
    """
    from tenor.audit.outlets import by_outlet
    from tenor.report.page import series_shown

    say("bringing tables up to date")
    study.refresh()
    of, name = made_of(study), measure_name(study, asked)
    about = {key.removeprefix("of."): value for key, value in asked.items() if key.startswith("of.")}
    say(f"measuring {asked['measure']}")
    measured = study.measure(asked["measure"], query=asked.get("query", ""), of=about)
    say("outlet by outlet")
    outlets = by_outlet(study.store, study.plan, measured.series.measure, asked.get("query", ""), about)
    say("drawing the chart")
    line = series_shown(study.plan, measured.series, "m", _catalogue(asked.get("lang", "")))
    home = study.folder / STATE / "measures"
    found = Asked(measured=replace(measured, series=line.series), chart=_chart(line.figure), outlets=outlets)
    keep(home / f"{name}.json", found, of)
    for old in sorted(home.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)[_MEASURES_KEPT:]:
        old.unlink(missing_ok=True)
    return name


def measure_name(study: Study, asked: Mapping[str, str]) -> str:
    """Return under which name a measure is kept: another one whenever it may come out differently."""
    wanted = {key: value for key, value in sorted(asked.items()) if value}
    of = made_of(study)
    of.pop("claims.yaml")
    return _hash([wanted, of])


# --- read by pages -------------------------------------------------------------------------------------


class Kept:
    """The results of a study, read once each.

    Parameters
    ----------
    folder
        The study's folder.
    """

    __slots__ = ("_folder", "_last")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._last: tuple[str, Results, dict[str, str]] | None = None

    def results(self) -> tuple[Results, dict[str, str]] | None:
        """Return the newest audit and what it was made of; None where there is none.

        Raises
        ------
        OtherVersion
            Another version of tenor made it.
        """
        pointer = self._folder / STATE / "audits" / "current"
        if not pointer.is_file():
            return None
        name = pointer.read_text(encoding="utf-8").strip()
        if name != Path(name).name:
            raise OtherVersion("this result can't be read", do="run it again", place=Place(shown(pointer)))
        if self._last is None or self._last[0] != name:
            found, of = kept(pointer.with_name(name) / "audit.json", Results)
            charts = [*found.front, *(chart for item in found.drawn for chart in item.charts)]
            for chart in [*charts, *(item.chart for item in found.over if item.chart)]:
                check_drawing(chart, pointer)
            self._last = (name, found, of)
        return self._last[1], self._last[2]

    def places(self, results: Results, hypothesis: str) -> pa.Table:
        """Return the rows behind a hypothesis.

        Raises
        ------
        MissingInput
            There are none, and why.
        """
        import pyarrow.parquet as pq

        home = self._folder / STATE / "audits" / results.id / "places"
        why = home / f"{hypothesis}.why"
        if why.is_file():
            raise MissingInput(why.read_text(encoding="utf-8"))
        path = home / f"{hypothesis}.parquet"
        if not path.is_file():
            raise MissingInput(f"nothing is kept of what stands behind '{hypothesis}'", do="run the audit again")
        return pq.read_table(path)

    def asked(self, name: str) -> Asked | None:
        """Return a measure that was taken before."""
        path = self._folder / STATE / "measures" / f"{name}.json"
        if not path.is_file():
            return None
        try:
            found, _ = kept(path, Asked)
        except OtherVersion:
            return None
        if found.chart:
            check_drawing(found.chart, path)
        return found


def check_drawing(chart: Chart, path: Path) -> None:
    """Refuse a drawing that holds more than shapes and words: the file may not be ours.

    Raises
    ------
    OtherVersion
        It does.
    """
    for svg, spec in (chart.wide, chart.narrow):
        if _ACTIVE.search(svg) or "<" in spec or (svg and not svg.startswith("<svg ")):
            raise OtherVersion(
                "a kept drawing holds what it must not hold", do="run it again", place=Place(shown(path))
            )


def findings_of(claims: Sequence[Claim], results: Results | None) -> dict[str, Finding]:
    """Return findings by hypothesis."""
    known = {item.id for claim in claims for item in claim.hypotheses}
    if results is None:
        return {}
    return {f.hypothesis.id: f for v in results.audit.verdicts for f in v.findings if f.hypothesis.id in known}

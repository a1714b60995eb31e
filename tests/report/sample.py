"""A small but complete audit, made by hand: every part of a report has something to show."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from statistics import NormalDist

from tenor.model import (
    Claim,
    ComparisonPeriod,
    Confounder,
    CountColumns,
    CountSource,
    Event,
    Excluded,
    Hypothesis,
    ImportReport,
    Margin,
    Measure,
    Plan,
    Round,
    Stretch,
    Window,
)
from tenor.results import (
    Audit,
    Estimate,
    Finding,
    Manifest,
    Placebo,
    Point,
    Series,
    Specification,
    Verdict,
    WindowValue,
)

HOSTILE_TAG = "<script>alert(1)</script>"
HOSTILE_FORMULA = '=HYPERLINK("http://x")'
OVERRIDE = "\u202e"
START = date(2020, 8, 3)
WEEK = timedelta(days=7)

RATE = Measure(
    name="volume.rate", version=1, numerator="clips", denominator="channel-week", scale="rate",
    needs=("counts",), parameters=("query",), asks="How much was broadcast?",
    sql="SELECT start, outlet, matched AS num, 1 AS den\nFROM counts\nWHERE query = $query AND n < 9999",
)  # fmt: skip
SHARE = Measure(
    name="volume.share", version=1, numerator="clips on the debates", denominator="all clips", scale="share",
    needs=("counts", "total"), parameters=("query",), asks="What share of attention?",
    sql="SELECT start, outlet, matched AS num, total AS den FROM counts WHERE query = $query",
)  # fmt: skip

ROUNDS = (
    Round(id="d1", label="First debate", date=date(2020, 9, 29)),
    Round(id="vp", label="Vice-presidential debate", date=date(2020, 10, 7),
          confounders=(Confounder(date=date(2020, 10, 5), what="The president leaves hospital"),)),
    Round(id="d2", label="Town halls", date=date(2020, 10, 15)),
    Round(id="d3", label="Last debate", date=date(2020, 10, 22), occasions=2),
)  # fmt: skip

PLAN = Plan(
    id="debates", title=f"Four debates {HOSTILE_TAG} & one autumn",
    event=Event(title="Presidential debates 2020", timezone="America/New_York",
                window=Window(start=0, stop=0, unit="week")),
    rounds=ROUNDS,
    comparison=ComparisonPeriod(
        stretch=Stretch(start=START, stop=START + 30 * WEEK),
        excluded=(
            Excluded(stretch=Stretch(start=date(2020, 11, 2), stop=date(2020, 11, 16)), why="the election"),
        ),
    ),
    sources=(
        CountSource(file="cable_weekly.csv", every="week", columns=CountColumns(date="date", matched="n"),
                    counts_what="15-second clips", licence="CC BY 4.0",
                    cite="FiveThirtyEight, https://github.com/fivethirtyeight/data"),
        CountSource(file="haber_sayımı.csv", every="week", columns=CountColumns(date="tarih", matched="sayı"),
                    cite="Şükrü Çağlayan, İstanbul'da yayımlanan gazeteler", licence="izin alındı"),
    ),
    file="tenor.yaml", sha256="3f" * 32,
)  # fmt: skip


def _estimate(value: float, low: float | None, high: float | None, method: str) -> Estimate:
    return Estimate(value=value, low=low, high=high, level=0.95, std_error=0.221, p_value=0.0173, df=23,
                    method=method, population="comparable events")  # fmt: skip


def _stretch(n: int) -> Stretch:
    return Stretch(start=START + n * WEEK, stop=START + (n + 1) * WEEK)


def points(scale: float) -> tuple[Point, ...]:
    """Return thirty weeks, of which the thirteenth was not observed and the twentieth is a true zero."""
    made = []
    for n in range(30):
        height = 40 + (n * 37) % 23 + (310 if n == 8 else 190 if n == 9 else 140 if n in {10, 11} else 0)
        num = 0.0 if n == 20 else height * 1.0
        observed = n != 13
        made.append(
            Point(
                start=START + n * WEEK,
                days=7,
                num=num if observed else 0.0,
                den=3.0 if observed else 0.0,
                value=num / 3 * scale if observed else None,
                observed=observed,
            )
        )
    return tuple(made)


def _windows() -> tuple[WindowValue, ...]:
    rounds = (
        ("First debate", 8, 116.7), ("Vice-presidential debate", 9, 77.9), ("Town halls", 10, 61.3),
        ("Last debate", 11, 59.8),
    )  # fmt: skip
    made = [
        WindowValue(label=label, kind="round", stretch=_stretch(n), num=3 * value, den=3.0, value=value,
                    baseline=17.4, occasions=1, observed=1.0)
        for label, n, value in rounds
    ]  # fmt: skip
    made += [
        WindowValue(label=f"comparison {n}", kind="comparison", stretch=_stretch(n), num=51.0 + n, den=3.0,
                    value=(51.0 + n) / 3, baseline=None, occasions=1, observed=1.0 if n != 14 else 0.857)
        for n in (1, 2, 3, 14, 15, 16, 21, 22)
    ]  # fmt: skip
    return tuple(made)


def _cells() -> tuple[Specification, ...]:
    def cell(window: str, baseline: str, value: float | None, agrees: bool | None, why: str = "") -> Specification:
        low, high = (None, None) if value is None else (value * 0.66, value * 1.5)
        return Specification(
            choices=(("window", window), ("baseline", baseline), ("copies", "all")),
            effect=value, low=low, high=high, k=23,
            registered=(window, baseline) == ("the week of the event", "none"), agrees=agrees, why=why,
        )  # fmt: skip

    return (
        cell("the week of the event", "none", 0.5127, True),
        cell("the week of the event", "week before", 0.614, True),
        cell("days 0 to +3", "none", 0.437, True),
        cell("days 0 to +3", "three weeks before", 1.137, False),
        cell("days -1 to +7", "none", 0.7341, None, f"only 14 windows; 20 are needed <!--</script>{HOSTILE_TAG}"),
        cell("days -1 to +7", "three weeks before", None, None, "the round has no figures for these days"),
    )


def _placebo() -> Placebo:
    bell = NormalDist(sigma=0.32)
    effects = tuple(round(math.exp(bell.inv_cdf(((n * 29) % 60 + 0.5) / 60)), 6) for n in range(60))
    return Placebo(scale="ratio", unit="times", observed=0.5127, effects=effects, placements=120, as_far=3, k=23)


def _finding(claim: str, number: int) -> Finding:
    hypothesis = Hypothesis(
        id=f"{claim}-h{number}", claim=claim, measure="volume.rate" if number == 1 else "volume.share",
        query="debate", population="comparable events",
        contrast=(("d3", 1.0), ("d1", -0.5), ("vp", -0.5)), relation="less" if number == 1 else "equivalent",
        margin=Margin(size=0.8, words="at least 20 % fewer clips a week"),
    )  # fmt: skip
    supported = number == 1
    return Finding(
        hypothesis=hypothesis, word="supported" if supported else "depends on how it is counted",
        sentence="The last debate got 0.51 times the clips of the first two (95 % interval 0.34 to 0.77)."
        if supported else "As a share of all clips the answer turns with the baseline that is chosen.",
        reading="The last debate got fewer clips a week than the first two, by at least a fifth.",
        reasons=("The interval lies below the margin.", "4 of 4 counted ways agree.") if supported
        else ("3 of 4 counted ways agree; 80 % are needed.",),
        estimate=_estimate(0.5127, 0.3384, 0.769, "placebo windows, t(22)"),
        alternatives=(
            _estimate(0.5127, 0.4603, 0.5711, "binomial (do not believe: clips of one night depend)"),
            _estimate(0.5127, None, 0.9124, "two rounds only (do not believe: two weeks show no spread)"),
        ),
        difference="37.5 clips per channel-week fewer", p_adjusted=0.0346, detectable=0.683,
        windows=_windows(),
        specifications=_cells(), agreement=(3, 4), placebo=_placebo() if supported else None,
        limits=("Clips are counted by channel, not by viewer.", "Only three channels are in the file."),
        registration="Self-declared on 2020-10-01, after viewing: volume.rate was shown for these rounds.",
    )  # fmt: skip


CLAIMS = (
    Claim(id="sparse", quote=f"Nobody watched. {HOSTILE_TAG} {OVERRIDE}gnihton", holder="A. Commentator",
          date=date(2020, 10, 23), source="https://example.org/columns/42?a=1&b=2",
          hypotheses=(_finding("sparse", 1).hypothesis,),
          not_tested="Whether anybody watched: there are no ratings."),
    Claim(id="cold", quote="О третьем раунде писали «скупо и холодно», словно речь шла о рутине.",
          holder=HOSTILE_FORMULA, date=date(2020, 10, 24), source="javascript:alert(2)",
          hypotheses=(_finding("cold", 2).hypothesis,), not_tested="«Холодно»: тон не измерялся."),
)  # fmt: skip


def _series(measure: Measure, scale: float) -> Series:
    return Series(
        measure=measure, query="debate", points=points(scale),
        rounds=tuple((item.label, _stretch(n)) for n, item in enumerate(ROUNDS, 8)),
        comparison=tuple(_stretch(n) for n in (1, 2, 3, 14, 15, 16, 21, 22)), level=17.9 * scale,
    )  # fmt: skip


def audit() -> Audit:
    """Return the audit."""
    first, second = _finding("sparse", 1), _finding("cold", 2)
    return Audit(
        plan=PLAN,
        verdicts=(
            Verdict(claim=CLAIMS[0], word=first.word, findings=(first,),
                    sentence="The last debate got about half the clips of the first two."),
            Verdict(claim=CLAIMS[1], word=second.word, findings=(second,), sentence=second.sentence),
        ),
        series=(_series(RATE, 1.0), _series(SHARE, 0.0004)), measures=(RATE, SHARE),
        imports=(
            ImportReport(source="cable_weekly.csv", importer="counts", read=93, kept=90, merged=2,
                         already_there=0, refused=1, lost=("line 17: no date",),
                         notes=(f"column {HOSTILE_TAG} ignored",)),
        ),
        limits=("An archive is not a census: one week of November was not recorded.",),
        manifest=Manifest(
            tenor="0.1.0", libraries=(("altair", "6.3.0"), ("duckdb", "2.0.0")),
            inputs=(("cable_weekly.csv", "9a" * 32), (HOSTILE_FORMULA, "0b" * 32)),
            looked_at=("volume.rate on d1, d3",), settings=(("level", "0.95"), ("seed", "7")),
        ),
    )  # fmt: skip


def crowded() -> Audit:
    """Return an audit with long names, many rounds, many ways of counting, and effects off every scale."""
    plain = audit()
    verdict = plain.verdicts[0]
    finding = verdict.findings[0]
    many = replace(
        finding,
        hypothesis=replace(finding.hypothesis, relation="equivalent", margin=Margin(size=0.97, words="3 %")),
        specifications=tuple(_crowd()),
        agreement=(20, 36),
        placebo=Placebo(
            scale="difference", unit="percentage points per night", observed=-0.0056,
            effects=tuple(math.sin(n) * 0.02 for n in range(400)), placements=3990, as_far=2681, k=21,
        ),
    )  # fmt: skip
    far = replace(
        finding,
        hypothesis=replace(finding.hypothesis, id="far", relation="greater", margin=Margin(size=1.02, words="2 %")),
        specifications=tuple(replace(item, effect=value, low=-0.3, high=None)
                             for item, value in zip(_cells(), (-0.2, 0.0, 900.0, 1.01, 0.99, 1.0), strict=True)),
        placebo=Placebo(scale="ratio", unit="times", observed=250.0, effects=(0.0, 0.001, 1.0, 1.0, 5000.0),
                        placements=5, as_far=2, k=4),
    )  # fmt: skip
    return replace(
        plain,
        verdicts=(replace(verdict, findings=(many, far)),),
        series=(_daily(20, 21), _daily(3, 2), replace(plain.series[0], points=plain.series[0].points[:1], rounds=())),
    )


def _crowd() -> Iterator[Specification]:
    windows = ("the week of the event", "days -1 to +7 around the event", "дни от 0 до +3 включительно")
    for n, window in enumerate(windows * 12):
        yield Specification(
            choices=(("window", window), ("baseline", ("none", "the mean of the three weeks before")[n % 2]),
                     ("exposure", ("per round", "per occasion")[n // 18]),
                     ("outlets", ("pooled", "each by itself")[n // 3 % 2]), ("copies", f"threshold {n // 6}")),
            effect=1 + (n - 18) / 300, low=0.9 + n / 1000, high=1.04 + n / 800, k=21, registered=n == 7,
            agrees=(True, False, None)[n % 3],
        )  # fmt: skip


def _daily(rounds: int, apart: int) -> Series:
    day = timedelta(days=1)
    first = date(2023, 1, 31)
    points = tuple(
        Point(start=first + n * day, days=1, num=n % 7 * 1e5, den=7.0, value=None if n % 90 < 2 else n % 7 * 1e5 / 7,
              observed=n % 90 >= 2)
        for n in range(500)
    )  # fmt: skip
    stretches = [
        Stretch(start=first + (30 + n * apart) * day, stop=first + (32 + n * apart) * day) for n in range(rounds)
    ]
    return Series(
        measure=RATE, query="İstanbul görüşmeleri", points=points,
        rounds=tuple((f"The {n + 1}. round of talks in İstanbul", item) for n, item in enumerate(stretches)),
        comparison=tuple(Stretch(start=first + n * day, stop=first + (n + 2) * day) for n in range(100, 480, 2)),
        level=43210.5,
    )  # fmt: skip

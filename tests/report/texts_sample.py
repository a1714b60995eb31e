"""An audit of texts made by hand, with hostile names, links and titles, in three scripts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tenor.evidence import Behind, Borrowed, Checked, Context, OutletValues, Passages, Quoted, RoundLevel
from tenor.model import Actor, Margin, Measure
from tenor.results import Audit, Specification
from tests.report import sample

ROUNDS = (("d3", "Last debate", date(2020, 10, 22), 1.0), ("d1", "First debate", date(2020, 9, 29), -0.5),
          ("vp", "Vice-presidential debate", date(2020, 10, 7), -0.5))  # fmt: skip
NAMES = (sample.HOSTILE_TAG, sample.HOSTILE_FORMULA, f"{sample.OVERRIDE}gnihton", "Корванский залив и окрестности",
         "İstanbul Şehir Gazetesi", "x" * 400, "The Daily", "A", "B", "C", "D")  # fmt: skip
TITLE = f"{sample.HOSTILE_TAG}{'long ' * 200_000}"
"""A megabyte."""


def measure(name: str) -> Measure:
    """Return a measure on texts."""
    share = name.startswith("salience.")
    return Measure(
        name=name, version=1, numerator="articles that name the actor" if share else "arousal",
        denominator="all articles" if share else "sentence", scale="share" if share else "sd",
        needs=("scores",), parameters=("query",), asks="How?", sql="SELECT 1",
    )  # fmt: skip


def behind(*, share: bool) -> Behind:
    """Return figures of eleven outlets, one of which is left out."""
    middle = 0.5 if share else 0.0
    outlets = tuple(
        OutletValues(
            outlet=name, rounds=(middle - 0.04 * at, middle + 0.03 * at, None if at == 10 else middle),
            ends=((middle - 0.3, middle + 0.2), None, None), now=middle - 0.04 * at,
            before=None if at == 10 else middle + 0.015 * at, documents=9, why="it has nothing" if at == 10 else "",
        )
        for at, name in enumerate(NAMES)
    )  # fmt: skip
    rounds = tuple(
        RoundLevel(label=label, day=day, weight=weight, value=middle - 0.1 * weight, low=middle - 0.3,
                   high=middle + 0.2, units=340, bearing=312, documents=97, outlets=10)
        for _, label, day, weight in ROUNDS
    )  # fmt: skip
    return Behind(
        what=f"share of articles that name {sample.HOSTILE_TAG}" if share else "arousal (narration only)",
        units="articles" if share else "sentences", side="" if share else "below", centre=0.06, level=0.95,
        method="spread", rounds=rounds, outlets=outlets, documents=97, copy_groups=90,
    )  # fmt: skip


def quoted(at: int) -> Quoted:
    """Return a passage with a mark, a link that must not work, and a title of a megabyte."""
    text = f"Before. {sample.HOSTILE_TAG} «Красных линий» нет{sample.OVERRIDE}. After."
    return Quoted(
        doc_id=f"d{at}", outlet=NAMES[at % len(NAMES)], day=date(2020, 10, 22), lang="ru",
        title=TITLE if at == 0 else "T",
        url="javascript:alert(1)" if at % 2 else "https://a.example/x", round="Last debate", claimed=at % 2 == 0,
        speech="narration", in_title=False, value=1.0, bears=at % 3 == 0, text=text, marks=((8, 20), (15, 33)),
    )  # fmt: skip


def audit() -> Audit:
    """Return the audit."""
    plain = sample.audit()
    verdict = plain.verdicts[0]
    findings = []
    for at, (name, unit) in enumerate((("tone.arousal", "sd"), ("salience.documents", "points"))):
        share = unit == "points"
        first = verdict.findings[0]
        scale = 0.2 if share else 1.0
        assert first.estimate is not None
        findings.append(
            replace(
                first,
                hypothesis=replace(
                    first.hypothesis, id=f"H{at}", measure=name, population="outlets like these",
                    margin=Margin(size=20 if share else 0.2, words="as much", unit="points" if share else "sd"),
                    parameters=(("actor", "a"),) if share else (),
                ),
                estimate=replace(first.estimate, value=-0.5 * scale, low=-0.8 * scale, high=-0.2 * scale),
                alternatives=(), windows=(), placebo=None, behind=behind(share=share),
                specifications=tuple(
                    Specification(choices=(("window", f"days 0 to +{n}"), ("pooling", "outlet")),
                                  effect=-0.1 * n * scale,
                                  low=-0.2 * n * scale, high=None if n == 3 else 0.02, k=10, registered=n == 1,
                                  agrees=(True, False, None)[n % 3], why=sample.HOSTILE_TAG)
                    for n in range(1, 6)
                ),
            )
        )  # fmt: skip
    actor = Actor(id="a", name=f"Actor {sample.HOSTILE_TAG}", kind="organisation")
    drawn = tuple(quoted(at) for at in range(8))
    context = Context(
        passages=(Passages(hypothesis="H0", drawn=drawn, units=340),),
        checked=(Checked(hypothesis="H0", n_codes=220, alpha=0.91, low=0.88, high=0.94, why=""),),
        borrowed=tuple(Borrowed(first=NAMES[n], later=NAMES[n + 1], articles=9 - n, unknown=n % 2) for n in range(7)),
        selection=(("Last debate", "19 of 20 are about the event"),),
    )
    return replace(
        plain, plan=replace(plain.plan, actors=(actor,)), context=context, series=(), limits=(),
        verdicts=(replace(verdict, findings=tuple(findings)),),
        measures=(measure("tone.arousal"), measure("salience.documents")),
    )  # fmt: skip

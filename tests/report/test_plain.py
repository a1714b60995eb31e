"""The sentence to print: what it must hold in every language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tenor.evidence import Behind, OutletValues
from tenor.model import Actor, Margin, Measure
from tenor.report.catalogue import LANGUAGES, NBSP, catalogue
from tenor.report.plain import plain_sentence
from tenor.results import Estimate, Finding
from tests.report.sample import audit

FOUND = audit()
AROUSAL = Measure(
    name="tone.toward", version=1, numerator="tone towards the actor", denominator="mention", scale="sd",
    needs=("scores",), parameters=("query", "actor"), asks="How is an actor spoken of?", sql="SELECT 1",
)  # fmt: skip


def _first() -> Finding:
    return FOUND.verdicts[0].findings[0]


def _texts() -> Finding:
    """A verdict on texts: half a standard deviation lower, in two of three outlets."""
    first = _first()
    outlets = [OutletValues(outlet=name, rounds=(), now=0.0, before=0.0, documents=1, why=why, ends=())
               for name, why in (("a", ""), ("b", ""), ("c", "nothing in one of the rounds"))]  # fmt: skip
    behind = Behind(
        what="tone", units="mentions", side="below", centre=0.0, level=0.95, method="m", rounds=(),
        outlets=tuple(outlets), documents=1_182, copy_groups=21,
    )  # fmt: skip
    estimate = Estimate(
        value=-0.5, low=-0.75, high=-0.25, level=0.95, std_error=0.1, p_value=0.01, method="m",
        population="outlets like these", df=11.0,
    )  # fmt: skip
    asked = replace(
        first.hypothesis,
        margin=Margin(size=0.2, words="at least 0.2 sd lower", unit="sd"),
        parameters=(("actor", "mediator"), ("speech", "narration")),
    )
    return replace(first, hypothesis=asked, word="supported", estimate=estimate, behind=behind)


def _said(finding: Finding, measure: Measure, lang: str) -> str:
    plan = replace(FOUND.plan, actors=(Actor(id="mediator", name="the Mediator", kind="person", public_role="envoy"),))
    return plain_sentence(finding, measure, plan, catalogue(lang)).replace(NBSP, " ")


def test_in_english_and_russian() -> None:
    english, russian = (_said(_texts(), AROUSAL, lang) for lang in ("en", "ru"))
    assert english.startswith("Supported. ")
    assert "tone towards the actor per mention (the Mediator, narration) – 0.5 sd lower than" in english
    assert "Interval (95 %): −0.75 sd to −0.25 sd. " in english
    assert "outlets like these; it stands on 2 outlets, 1,182 articles, 21 copy groups." in english
    assert russian.startswith("Подтверждается. ")
    assert "(the Mediator, слова редакции) – на 0.5 σ ниже, чем" in russian
    assert "издания, подобные этим; на чём основано: 2 издания, 1,182 статьи, 21 группа копий." in russian


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_else_happened_stands_in_it(lang: str) -> None:
    finding = _first()
    measure = next(item for item in FOUND.measures if item.name == finding.hypothesis.measure)
    names = [name for name, _ in finding.hypothesis.contrast]
    inside = [event.what for item in FOUND.plan.rounds if item.id in names for event in item.confounders]
    said = _said(finding, measure, lang)
    assert inside
    assert all(what in said for what in inside)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("verdict", range(len(FOUND.verdicts)))
def test_every_verdict_has_a_sentence(lang: str, verdict: int) -> None:
    for finding in FOUND.verdicts[verdict].findings:
        for measure in FOUND.measures:
            said = _said(finding, measure, lang)
            assert said.endswith(".")
            assert "nan" not in said
            assert "{" not in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_an_estimate_it_says_that_nothing_can_be_said(lang: str) -> None:
    said = _said(replace(_first(), word="not testable", estimate=None), AROUSAL, lang)
    assert (
        said
        == {
            "en": "Not testable. This corpus can’t answer it.",
            "ru": "Проверить нельзя. По этим материалам ответить нельзя.",
        }[lang]
    )

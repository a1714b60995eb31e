"""The command that asks, in words, how a sentence is read, and writes it into the claims file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tenor.model import Plan, Relation, Round
    from tenor.studyfile.writing import NewClaim


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a sentence: what it would be about, its measure, and words that hint at it."""

    asks: str
    measure: str
    less: str
    more: str
    hints: tuple[str, ...] = ()


READINGS = (
    Reading("how many pieces there were", "volume.rate", "fewer", "more", ("spars", "few", "scarce", "скуп", "скупо")),
    Reading("which share of all pieces was about it", "volume.share", "less", "more", ("share", "attention", "вниман")),
    Reading("how long the pieces were", "volume.words", "shorter", "longer", ("short", "long", "brief", "кратк")),
    Reading("how calm or agitated they sound", "tone.arousal", "calmer", "more agitated", ("cold", "calm", "холод")),
    Reading("how friendly or sour they sound", "tone.valence", "sourer", "friendlier", ("sour", "bitter", "gloom")),
    Reading("how much of an emotion they show", "tone.emotion", "less of it", "more of it", ("fear", "anger", "страх")),
    Reading("the tone towards somebody", "tone.toward", "harsher", "kinder", ("attack", "praise", "hostil")),
    Reading(
        "how many pieces name somebody", "salience.documents", "fewer", "more", ("factor", "dimm", "forgot", "фактор")
    ),
    Reading("how many headlines name somebody", "salience.headlines", "fewer", "more", ("headline", "заголов")),
    Reading("how much of it is loaded language", "language.loaded", "less", "more", ("slur", "loaded", "propagand")),
    Reading(
        "how much of it is agency text", "originality.agency_share", "less", "more", ("agency", "wire", "агентств")
    ),
    Reading(
        "how much wording is used again", "originality.text_reuse", "less", "more", ("routine", "template", "рутин")
    ),
    Reading(
        "how far the content is from before", "content.distance", "nearer", "farther", ("differen", "same", "содержан")
    ),
)
_MARGINS = {
    "ratio": ("at least 20 % fewer", "at least 25 % more", "20 % either way", "within 20 %"),
    "sd": ("at least 0.2 sd lower", "at least 0.2 sd higher", "0.2 sd either way", "within 0.2 sd"),
    "points": ("at least 5 points lower", "at least 5 points higher", "5 points either way", "within 5 points"),
}
_RELATIONS: tuple[Relation, ...] = ("less", "greater", "differs", "equivalent")


@click.command()
@click.argument("quote", default="")
@click.option("--study", "folder", type=click.Path(path_type=Path), default=Path(), show_default="here")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def claim(quote: str, folder: Path, as_json: bool) -> None:
    """Ask how QUOTE, a sentence about the coverage, is read, and write it into the claims file."""
    from tenor.app.output import check_lines, show
    from tenor.study import CLAIMS_FILE, Study
    from tenor.studyfile.writing import add_claim, claims_text, next_id
    from tenor.studyfile.writing import checked as read

    study = Study.open(folder)
    path = folder / CLAIMS_FILE
    text = claims_text(path)
    taken = [item.id for item in read(text, study.plan, path.name)] if text.strip() else []
    said = asked(study.plan, quote, next_id(taken, "claim-"))
    added = add_claim(path, study.plan, said)
    lines = [
        *check_lines(study.plan, [added])[:-1],
        f"written into {path}; next: `tenor preregister`, then `tenor audit`",
    ]
    show({"claim": added, "file": str(path)}, as_json, lines)


def asked(plan: Plan, quote: str, free: str) -> NewClaim:
    """Ask for everything that a claim needs, and return what was answered."""
    from tenor.studyfile.writing import NewClaim

    quote = quote or _ask("The sentence, in its own words")
    holder, day, source = _ask("Who said it, in a public role"), _day("When (year-month-day)"), _ask("Where")
    head = NewClaim(quote=quote, holder=holder, date=day, source=source, id=_ask("A short name for it", free))
    number = _choose("What would it have to be about, to be true or false?", _titles(), _suggested(quote))
    if number == len(READINGS):
        return replace(head, untestable=_ask("Why can no figures answer it"))
    reading = READINGS[number]
    side = _choose("Which way?", [reading.less, reading.more, "different, either way", "the same"], 0)
    claimed = _rounds(plan, "Which round is it about", [plan.rounds[-1]])
    others = _rounds(plan, "Compared with which", [item for item in plan.rounds if item.id not in claimed])
    return replace(
        head,
        measure=reading.measure,
        relation=_RELATIONS[side],
        margin=_margin(reading, side),
        population="comparable events" if reading.measure.startswith("volume.") else "outlets like these",
        query=_query(plan),
        claimed=claimed,
        others=others,
        of=_about(plan, reading.measure),
        not_tested=_ask("What does the sentence also say that this leaves out", "nothing"),
    )


def _titles() -> list[str]:
    return [*(item.asks for item in READINGS), "nothing that figures could show: list it as not testable"]


def _suggested(quote: str) -> int:
    words = quote.lower()
    return next((at for at, item in enumerate(READINGS) if any(hint in words for hint in item.hints)), 0)


def _ask(what: str, default: str | None = None) -> str:
    answer: str = click.prompt(what, default=default, err=True)
    return answer.strip()


def _day(what: str) -> str:
    while True:
        answer = _ask(what)
        try:
            return date.fromisoformat(answer).isoformat()
        except ValueError:
            click.echo(f"'{answer}' is no date; write it like 2025-07-24", err=True)


def _choose(what: str, choices: Sequence[str], default: int) -> int:
    click.echo(what, err=True)
    for number, item in enumerate(choices, 1):
        click.echo(f"  {number:2} {item}", err=True)
    found: int = click.prompt("number", default=default + 1, type=click.IntRange(1, len(choices)), err=True)
    return found - 1


def _rounds(plan: Plan, what: str, default: Sequence[Round]) -> tuple[str, ...]:
    from tenor.errors import did_you_mean

    known = [item.id for item in plan.rounds]
    while True:
        answer = _ask(f"{what} ({', '.join(known)})", ", ".join(item.id for item in default) or known[0])
        names = tuple(name.strip() for name in answer.replace(";", ",").split(",") if name.strip())
        wrong = [name for name in names if name not in known]
        if names and not wrong:
            return names
        click.echo(
            f"no round '{wrong[0]}'; {did_you_mean(wrong[0], known)}" if wrong else "name at least one", err=True
        )


def _margin(reading: Reading, side: int) -> str:
    from tenor.errors import StudyError
    from tenor.registry import compared_as
    from tenor.studyfile import margin_from_words

    unit = compared_as(reading.measure)
    while True:
        answer = _ask("The smallest difference that would matter", _MARGINS[unit][side])
        try:
            margin_from_words(answer, _RELATIONS[side], unit)
        except StudyError as error:
            click.echo(str(error), err=True)
        else:
            return answer


def _query(plan: Plan) -> str:
    known = [item.id for item in plan.queries]
    known += [source.query for source in plan.sources if source.query]
    known += [name for source in plan.sources for name in source.columns.wide]
    if not known:
        return _ask("Which query counts it (empty: all articles)", "")
    return known[0] if len(known) == 1 else known[_choose("Which query counts it?", known, 0)]


def _about(plan: Plan, measure: str) -> tuple[tuple[str, str], ...]:
    from tenor.registry import measures
    from tenor.tables import EMOTIONS

    needs = measures()[measure].parameters if measure in measures() else ()
    found = []
    if "actor" in needs:
        actors = [item.id for item in plan.actors]
        found.append(("actor", actors[_choose("Whom?", actors, 0)] if actors else _ask("Whom (an actor's id)")))
    if "emotion" in needs:
        found.append(("emotion", EMOTIONS[_choose("Which emotion?", EMOTIONS, EMOTIONS.index("fear"))]))
    return tuple(found)

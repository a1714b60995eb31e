"""`tenor promises` and `tenor predictions`: what was said would be, and what came of it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tenor.coding.evidence import Cited
    from tenor.coding.keeping import Wording
    from tenor.coding.ledger import Days
    from tenor.coding.ledgers import Predictions, Promises
    from tenor.coding.predictions import Chance
    from tenor.study import Study

Command = Callable[..., None]


class _Day(click.ParamType):  # type: ignore[type-arg]
    name = "day"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            self.fail(f"'{value}' is no day; write year-month-day, as in 2025-09-02", param, ctx)


class _DayOrDays(_Day):
    """DAY, or FIRST..LAST."""

    name = "day[..day]"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        first, dots, last = str(value).partition("..")
        start = super().convert(first, param, ctx)
        return (start, super().convert(last, param, ctx) if dots else start, bool(dots))


_DAY, _DAYS = _Day(), _DayOrDays()
_BY = click.option("--by", default="", metavar="NAME", help="Who enters this; two people who differ make a dispute.")
_AT = click.option("--at", type=_DAY, default=None, help="As it stood on that day; today, if not given.")
_WHY = click.option("--why", default="", help="The reason, in a sentence.")


@dataclass(frozen=True)
class Desk:
    """Where a command works, for whom, and how it answers."""

    kind: str
    folder: Path
    as_json: bool

    def study(self) -> Study:
        """Open the study."""
        from tenor.study import Study

        return Study.open(self.folder, say=lambda what: click.echo(f"{what} ...", err=True))

    def ledger(self) -> Promises | Predictions:
        """Open the ledger."""
        study = self.study()
        return study.promises if self.kind == "promise" else study.predictions

    def show(self, result: object, lines: Sequence[str]) -> None:
        """Print a result."""
        from tenor.app.output import show

        show(result, self.as_json, lines)

    def entered(self, found: Any) -> None:
        """Print an item after something was entered."""
        from tenor.app.ledger_words import entered_lines, item_json

        self.show({"item": item_json(found.item), "doubts": found.doubts}, entered_lines(found))


class _WithList(click.Group):
    """A group that lists where no command is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        asks = {"-h", "--help"} & set(args[:1])
        if not asks and (not args or args[0].startswith("-")):
            args = ["list", *args]
        return super().parse_args(ctx, args)


def _at_desk(kind: str) -> Callable[[Command], Command]:
    """Give a command one `desk` for --study and --json."""

    def wrap(command: Command) -> Command:
        @click.option(
            "--study",
            "folder",
            type=click.Path(path_type=Path),
            default=Path(),
            show_default="here",
            help="The study's folder.",
        )
        @click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
        @functools.wraps(command)
        def run(folder: Path, as_json: bool, **said: Any) -> None:
            command(Desk(kind, folder, as_json), **said)

        return run

    return wrap


def _packed(name: str, options: Mapping[str, Callable[[Command], Command]]) -> Callable[[Command], Command]:
    """Give a command what several options say as one mapping."""

    def wrap(command: Command) -> Command:
        @functools.wraps(command)
        def run(**given: Any) -> None:
            packed = {key: given.pop(key) for key in options}
            command(**given, **{name: packed})

        whole: Command = run
        for option in reversed(list(options.values())):
            whole = option(whole)
        return whole

    return wrap


_WORDING = {
    "holder": click.option("--holder", help="The actor's id; '' for a speaker whom the study does not name."),
    "what": click.option("--what", help="What was said, in your own words."),
    "said": click.option("--said", type=_DAY, help="When it was said: not when it was printed."),
    "condition": click.option("--condition", help="Under which condition."),
    "grace": click.option("--grace", type=int, help="Days after its end until it may be called not done; else 3."),
}
_OWN = {
    "promise": {
        "days": click.option("--deadline", "days", type=_DAYS, help="By when: DAY, or FIRST..LAST."),
        "words": click.option("--words", help="How the deadline was put."),
        "continuous": click.option(
            "--continuous/--once", default=None, help="Something will go on, or not be done; or be done once."
        ),
    },
    "prediction": {
        "days": click.option("--window", "days", type=_DAYS, help="Of which days it speaks: LAST, or FIRST..LAST."),
        "chance": click.option("--chance", help="How likely: 0.8, 0.7..0.9, or words such as 'likely'."),
        "lang": click.option("--lang", default="", help="The language of these words; else that of the article."),
        "absent": click.option("--absent/--present", default=None, help="It was said not to come true; or to."),
        "event": click.option("--event", help="What it is about: those of one event share an outcome."),
    },
}
_FINDING = {
    "day": click.option(
        "--day", type=_DAY, help="When it happened; of what did not, the last day up to which you looked. Else today."
    ),
    "searched": click.option("--searched", default="", help="Where you looked, and for what."),
    "why": _WHY,
    "sources": click.option(
        "--source", "sources", multiple=True, metavar="WHAT",
        help="An article's id, or ADDRESS=FILE with a copy in FILE. Two of different origin are asked for.",
    ),
    "retrieved": click.option("--retrieved", type=_DAY, help="When copies were read; else today."),
    "settle": click.option("--settle", is_flag=True, help="End a dispute: nothing else that was found counts then."),
}  # fmt: skip


def _wording(said: Mapping[str, Any], name: str | None = None) -> Wording:
    from tenor.coding.keeping import Wording

    given = {key: value for key, value in said.items() if key not in {"days", "chance", "lang"}}
    chance = _chance(said["chance"], said["lang"]) if said.get("chance") is not None else None
    return Wording(id=name, days=_days(said["days"], to="chance" in said), chance=chance, **given)


def _days(said: tuple[date, date, bool] | None, *, to: bool = False) -> Days | None:
    """Return days; with `to`, one alone is the last of those from whenever it was said."""
    from tenor.coding.ledger import FIRST_DAY, Days

    if said is None:
        return None
    first, last, both = said
    return Days(first=FIRST_DAY if to and not both else first, last=last)


def _chance(said: str, lang: str) -> Chance:
    from tenor.coding.predictions import Chance

    low, _, high = said.partition("..")
    try:
        ends = float(low), float(high or low)
    except ValueError:
        return Chance(words=" ".join(said.split()), lang=lang)
    return Chance(low=ends[0], high=ends[1])


def _cited(sources: Sequence[str], retrieved: date | None) -> tuple[Cited, ...]:
    from tenor.coding.evidence import Cited
    from tenor.coding.ledger_files import read_copy

    found = []
    for said in sources:
        address, _, file = said.rpartition("=")
        if Path(file).is_file():
            found.append(Cited(text=read_copy(Path(file)), url=address, retrieved=retrieved))
        elif "=" in said or "/" in said:
            found.append(Cited(text=read_copy(Path(file or said)), url=address, retrieved=retrieved))
        else:
            found.append(Cited(doc=said))
    return tuple(found)


def _ledger_group(kind: str, about: str) -> click.Group:
    """Return the commands of one ledger."""
    group = _WithList(f"{kind}s", help=about)
    for add in (_reading, _confirming, _changing, _ending):
        add(group, kind)
    return group


def _reading(group: click.Group, kind: str) -> None:
    """Add what only reads."""

    @group.command("list")
    @_AT
    @click.option("--holder", help="Only of this actor.")
    @click.option("--state", help="Only in this state, as in 'in force' or overdue.")
    @_at_desk(kind)
    def list_(desk: Desk, at: date | None, holder: str | None, state: str | None) -> None:
        """List what is proposed, overdue, due, open and settled. This is what happens without a command."""
        from tenor.app.ledger_words import item_json, list_lines
        from tenor.coding.ledger import today

        ledger, day = desk.ledger(), at or today()
        wanted = state.replace("-", " ") if state else None
        items = [
            item
            for item in ledger.at(day)
            if (holder is None or item.holder == holder)
            and (wanted is None or wanted in {item.says, item.state, item.timing})
        ]
        found = [item for item in ledger.proposed() if item.day is None or item.day <= day]
        found = found if wanted in {None, "proposed"} else []
        found = [item for item in found if holder is None or item.holder == holder]
        result = {"at": day, "proposed": found, f"{kind}s": [item_json(item) for item in items]}
        desk.show(result, list_lines(items, found, kind, day))

    @group.command("show")
    @click.argument("name")
    @_AT
    @_at_desk(kind)
    def show(desk: Desk, name: str, at: date | None) -> None:
        """Show the item NAME with the words of its passages and all that was entered."""
        from tenor.app.ledger_words import opened_json, opened_lines

        found = desk.ledger().open(name, at)
        desk.show(opened_json(found), opened_lines(found))

    @group.command("score")
    @_AT
    @_at_desk(kind)
    def score(desk: Desk, at: date | None) -> None:
        """Add up what came of them, for each actor of the study with a public role."""
        from tenor.app.ledger_words import prediction_score_lines, promise_score_lines

        study = desk.study()
        if kind == "promise":
            kept = study.promises.score(at)
            desk.show(kept, promise_score_lines(kept))
        else:
            told = study.predictions.score(at)
            desk.show(told, prediction_score_lines(told))


def _confirming(group: click.Group, kind: str) -> None:
    """Add what brings something into the ledger."""

    @group.command("confirm")
    @click.argument("statements", nargs=-1)
    @click.option("--id", "name", help="A short name; else the next number.")
    @click.option("--into", help="Add the statements to this item, which says the same already.")
    @_packed("said", {**_WORDING, **_OWN[kind]})
    @_BY
    @_at_desk(kind)
    def confirm(
        desk: Desk, statements: tuple[str, ...], name: str | None, into: str | None, said: dict[str, Any], by: str
    ) -> None:
        """Take proposed STATEMENTS into the ledger as one; without any, what the options say."""
        if into and (name or any(value is not None for key, value in said.items() if key != "lang")):
            raise click.UsageError("--into adds statements to what is there: `edit` changes how it is worded")
        ledger = desk.ledger()
        desk.entered(
            ledger.repeat(into, statements, by=by) if into else ledger.confirm(statements, _wording(said, name), by=by)
        )

    @group.command("dismiss")
    @click.argument("statements", nargs=-1, required=True)
    @_WHY
    @_BY
    @_at_desk(kind)
    def dismiss(desk: Desk, statements: tuple[str, ...], why: str, by: str) -> None:
        """Say that STATEMENTS are none: they are proposed no more."""
        found = desk.ledger().dismiss(statements, why=why, by=by)
        desk.show({"dismissed": [item.statement for item in found]}, [f"{item.statement} dismissed" for item in found])

    @group.command("import")
    @click.argument("path", type=click.Path(path_type=Path))
    @_BY
    @_at_desk(kind)
    def import_(desk: Desk, path: Path, by: str) -> None:
        """Enter what the file PATH says: all of it or nothing, and twice adds nothing."""
        from tenor.app.ledger_words import read_lines
        from tenor.coding.ledger_files import import_predictions, import_promises

        study = desk.study()
        if kind == "promise":
            found = import_promises(study.promises, study.refresh, path, by=by)
        else:
            found = import_predictions(study.predictions, study.refresh, path, by=by)
        desk.show(found, read_lines(found, kind))


def _changing(group: click.Group, kind: str) -> None:
    """Add what says an item otherwise."""

    @group.command("edit")
    @click.argument("name")
    @_packed("said", {**_WORDING, **_OWN[kind]})
    @_BY
    @_at_desk(kind)
    def edit(desk: Desk, name: str, said: dict[str, Any], by: str) -> None:
        """Correct how NAME is worded; what its holder changed later is a revision instead."""
        desk.entered(desk.ledger().edit(name, _wording(said), by=by))

    @group.command("merge")
    @click.argument("name")
    @click.option("--into", required=True, help="The item that it is the same as.")
    @_BY
    @_at_desk(kind)
    def merge(desk: Desk, name: str, into: str, by: str) -> None:
        """Put NAME into another item that turned out to be the same."""
        desk.entered(desk.ledger().merge(name, into, by=by))

    @group.command("undo")
    @click.argument("number", type=click.IntRange(1))
    @_BY
    @_at_desk(kind)
    def undo(desk: Desk, number: int, by: str) -> None:
        """Take back the entry NUMBER, as `show` lists it: it stays in the log, and counts no more."""
        desk.ledger().undo(number, by=by)
        desk.show({"undone": number}, [f"entry {number} counts no more"])

    (_revise_promise if kind == "promise" else _revise_prediction)(group)


def _revise_promise(group: click.Group) -> None:
    @group.command("revise")
    @click.argument("name")
    @click.argument("statements", nargs=-1)
    @click.option("--on", type=_DAY, help="When the new deadline was named.")
    @_packed("said", {key: _OWN["promise"][key] for key in ("days", "words")})
    @click.option("--as", "later", help="A promise of the ledger that is the revision.")
    @_BY
    @_at_desk("promise")
    def revise(
        desk: Desk,
        name: str,
        statements: tuple[str, ...],
        on: date | None,
        said: dict[str, Any],
        later: str | None,
        by: str,
    ) -> None:
        """Say that another deadline was named for NAME, in STATEMENTS or by the options; the first one stays."""
        promises = desk.study().promises
        if later:
            desk.entered(promises.take_in(name, later, by=by))
        elif on is None:
            raise click.UsageError("say when the new deadline was named: --on DAY")
        else:
            days, words = _days(said["days"]), said["words"] or ""
            desk.entered(promises.revise(name, on, days, words=words, statements=statements, by=by))


def _revise_prediction(group: click.Group) -> None:
    @group.command("revise")
    @click.argument("name")
    @click.option("--on", type=_DAY, required=True, help="When it was put otherwise.")
    @_packed("said", {key: _OWN["prediction"][key] for key in ("days", "chance", "lang")})
    @_BY
    @_at_desk("prediction")
    def revise(desk: Desk, name: str, on: date, said: dict[str, Any], by: str) -> None:
        """Say that NAME was put otherwise later: other days, another chance. It is scored by what was said first."""
        chance = _chance(said["chance"], said["lang"]) if said["chance"] is not None else None
        desk.entered(desk.study().predictions.revise(name, on, _days(said["days"], to=True), chance=chance, by=by))


def _ending(group: click.Group, kind: str) -> None:
    """Add what says what became of an item."""

    @group.command("withdraw")
    @click.argument("name")
    @click.option("--on", type=_DAY, required=True, help="When it was taken back.")
    @_WHY
    @_BY
    @_at_desk(kind)
    def withdraw(desk: Desk, name: str, on: date, why: str, by: str) -> None:
        """Say that its holder took NAME back."""
        desk.entered(desk.ledger().withdraw(name, on, why=why, by=by))

    @group.command("resolve", help=_RESOLVE[kind])
    @click.argument("name")
    @click.argument("outcome")
    @_packed("found", _FINDING)
    @_BY
    @_at_desk(kind)
    def resolve(desk: Desk, name: str, outcome: str, found: dict[str, Any], by: str) -> None:
        from tenor.coding.keeping import Found

        what = Found(
            outcome=outcome.replace("-", " "),
            day=found["day"],
            searched=found["searched"],
            why=found["why"],
            cited=_cited(found["sources"], found["retrieved"]),
            settles=found["settle"],
        )
        desk.entered(desk.ledger().resolve(name, what, by=by))


_RESOLVE = {
    "promise": "Say what became of the promise NAME: OUTCOME is kept, partly-kept, broken, disputed or moot.",
    "prediction": "Say what came of the prediction NAME: OUTCOME is happened, did-not-happen, void, disputed or "
    "unscorable-as-worded.",
}

promises = _ledger_group(
    "promise", "Keep promises until time has told: proposed by rules, confirmed by people, kept, revised or broken."
)
predictions = _ledger_group(
    "prediction", "Keep predictions until time has told: proposed by rules, confirmed by people, resolved and scored."
)

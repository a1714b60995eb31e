"""What the command line prints of promises and predictions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from tenor.app.output import listing_lines, plain
from tenor.coding.keeping import Entered, Opened
from tenor.coding.ledger import UNNAMED, Event
from tenor.coding.ledger_files import LedgerRead
from tenor.coding.predictions import Prediction, PredictionRecord
from tenor.coding.promises import Promise, PromiseRecord
from tenor.coding.proposals import Proposal
from tenor.grammar import counted

_FEW = 30
_WIDEST = 90
_HEADS = {
    "overdue": "overdue: look what became of them, then resolve them",
    "due": "due: within a week, or in the days of grace",
    "running": "not due yet",
    "no deadline": "without a day by which",
    "settled": "settled",
}
_NOT_SCORED = "scores are for actors of the study with a public role, and none of them has made any"


def _short(text: str, most: int = _WIDEST) -> str:
    line = " ".join(text[: 4 * most].split())
    return line if len(line) <= most else f"{line[: most - 3]}..."


def item_json(item: Promise | Prediction) -> dict[str, Any]:
    """Return an item as JSON has it, with what follows from its fields."""
    more: dict[str, Any] = {"says": item.says, "over": item.over}
    if isinstance(item, Promise):
        more["revised_within"] = item.revised_within
    found: dict[str, Any] = plain({**plain(item), **more})
    return {**found, "passages": [str(passage) for passage in item.passages]}


def item_lines(item: Promise | Prediction) -> list[str]:
    """Say an item in a line or two, with what is to be noted."""
    who = item.holder or UNNAMED
    lines = [f"{item.id}  {item.says}  {who}: {_short(item.what) or '(as its passages say)'}"]
    lines.append(f"    said {item.said}, {_until(item)}{f'; if {_short(item.condition)}' if item.condition else ''}")
    return [*lines, *(f"    note: {note}" for note in item.notes)]


def _until(item: Promise | Prediction) -> str:
    if isinstance(item, Prediction):
        turned = "not to come true" if item.absent else "to come true"
        return f"{turned} in {item.window}" if item.window else f"{turned}, nothing says by when"
    if item.deadline is None:
        return "without a deadline"
    if not item.revisions:
        return f"by {item.deadline}"
    first = f"by {item.first}, " if item.first else ""
    spread = f", over its revisions {item.revised_within}" if len(item.revisions) > 1 else ""
    return f"{first}revised on {item.revisions[-1].on} to {item.deadline}{spread}"


def proposal_lines(found: Sequence[Proposal], kind: str) -> list[str]:
    """Say what is proposed, and what to do with it."""
    if not found:
        return []
    lines = [f"proposed: {counted(len(found), kind)}; `tenor {kind}s confirm ID` or `dismiss ID`"]
    for item in found[:_FEW]:
        where = f"{item.day or 'undated'} {item.outlet}"
        copies = f" and {counted(len(item.passages) - 1, 'copy', 'copies')}" if len(item.passages) > 1 else ""
        by = f", by {item.last}" if item.last else ""
        lines.append(f"  {item.statement}  {where}{copies}  {item.holder or UNNAMED}: {_short(item.text)}{by}")
        doubts = [item.doubt, f"perhaps the same as {', '.join(item.alike)}" if item.alike else ""]
        lines += [f"    {doubt}" for doubt in doubts if doubt]
    return [*lines, *([f"  and {len(found) - _FEW:,} more: --json has all"] if len(found) > _FEW else []), ""]


def list_lines(items: Sequence[Promise | Prediction], found: Sequence[Proposal], kind: str, at: date) -> list[str]:
    """Say a ledger as it stood on a day: what is proposed, overdue, due, open and settled."""
    lines = [f"{counted(len(items), kind)} as of {at}", "", *proposal_lines(found, kind)]
    for timing, head in _HEADS.items():
        own = [item for item in items if item.timing == timing]
        if own:
            lines += [head, *(f"  {line}" for item in own for line in item_lines(item)), ""]
    if not items and not found:
        lines.append(
            f"nothing is here: `tenor annotate` reads articles, `tenor {kind}s import FILE` what you wrote down"
        )
    return lines


def entered_lines(found: Entered[Promise] | Entered[Prediction]) -> list[str]:
    """Say an item as it stands after something was entered."""
    return item_lines(found.item)


def opened_json(found: Opened[Promise] | Opened[Prediction]) -> dict[str, Any]:
    """Return an item, its passages and its log as JSON has them."""
    passages = [{**plain(item), "passage": str(item.passage)} for item in found.passages]
    return {
        "item": item_json(found.item),
        "passages": passages,
        "log": plain(found.log),
        "removed": found.removed,
    }


def opened_lines(found: Opened[Promise] | Opened[Prediction]) -> list[str]:
    """Say an item with the words of its passages and its log."""
    lines = item_lines(found.item)
    lines += [f"    note: {found.removed}"] if found.removed else []
    for passage in found.passages:
        words = _short(passage.text, 300) if passage.text else "(removed)"
        lines.append(f"    {passage.day or 'undated'} {passage.outlet}  {passage.passage}: {words}")
    return [*lines, "log", *(f"  {line}" for event in found.log for line in _event_lines(event))]


def _event_lines(event: Event) -> Iterable[str]:
    said = {key: value for key, value in event.said.items() if value not in ("", None, [], {}) and key != "passages"}
    parts = (f"{key} {_said(value)}" for key, value in said.items())
    yield f"{event.entry}  {event.at:%Y-%m-%d %H:%M}  {event.by}  {event.action}: {'; '.join(parts)}"


def _said(value: object) -> str:
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return counted(len(value), "source")
    if isinstance(value, list):
        return " to ".join(dict.fromkeys(map(str, value)))
    if isinstance(value, Mapping):
        return " ".join(str(item) for item in value.values() if item is not None)
    return _short(str(value))


def read_lines(found: LedgerRead, kind: str) -> list[str]:
    """Say what a file brought."""
    new = counted(found.events, "entry is", "entries are")
    lines = [f"{counted(found.items, kind)} read, {new} new"]
    lines += [f"  {doubt}" for doubt in found.doubts[:_FEW]]
    return [*lines, *([f"  and {len(found.doubts) - _FEW} more: --json has all"] if len(found.doubts) > _FEW else [])]


def promise_score_lines(found: Sequence[PromiseRecord]) -> list[str]:
    """Say what became of the promises of each holder."""
    if not found:
        return [_NOT_SCORED]
    head = (
        "holder",
        "made",
        "open",
        "kept",
        "late",
        "partly",
        "broken",
        "withdrawn",
        "moot",
        "disputed",
        "kept of ended",
    )
    rows = [
        (
            item.holder,
            item.made,
            item.open,
            item.kept,
            item.kept_late,
            item.partly_kept,
            item.broken,
            item.withdrawn,
            item.moot,
            item.disputed,
            _share(item.share, item.low, item.high),
        )
        for item in found
    ]
    return [
        *listing_lines(head, rows),
        "",
        "kept of ended: kept and kept late, of those that were kept, kept late, partly kept or broken; 95 % interval.",
        "It says what became of promises that somebody noticed and entered, and nothing of why.",
    ]


def _share(value: float | None, low: float | None, high: float | None) -> str:
    return "-" if value is None or low is None or high is None else f"{value:.2f} ({low:.2f} to {high:.2f})"


def prediction_score_lines(found: Sequence[PredictionRecord]) -> list[str]:
    """Say how the predictions of each holder came out, and how good those with a probability were."""
    if not found:
        return [_NOT_SCORED]
    head = ("holder", "made", "open", "void", "unscorable", "disputed", "withdrawn", "right", "wrong", "right of told")
    rows = [
        (
            item.holder,
            item.made,
            item.open,
            item.void,
            item.unscorable,
            item.disputed,
            item.withdrawn,
            item.right,
            item.wrong,
            _share(item.share, item.low, item.high),
        )
        for item in found
    ]
    return [*listing_lines(head, rows), "", *(line for item in found for line in _scored(item))]


def _scored(item: PredictionRecord) -> Iterable[str]:
    unmapped = dict(item.unmapped)
    for name, own in item.scores:
        ends = "" if own.low is None or own.high is None else f" ({own.low:.3f} to {own.high:.3f})"
        skill = "no skill to be told" if own.skill is None else f"skill {own.skill:+.2f} over the base rate"
        yield (
            f"{item.holder}, {name}: Brier {own.brier:.3f}{ends} over {counted(own.number, 'prediction')} of "
            f"{counted(own.events, 'event')}; log loss {own.log_loss:.3f}, {own.clipped} clipped; {skill}; "
            f"{unmapped.get(name, 0)} said flatly, or in words that are unmapped"
        )
    if item.across:
        why = f": {item.across.why}" if item.across.why else ""
        yield f"{item.holder}: {item.across.skill}{why}"
        yield f"{item.holder}: no calibration curve: {item.curve.why}" if item.curve.why else _curve(item)


def _curve(item: PredictionRecord) -> str:
    bins = "; ".join(
        f"said {one.said:.2f}, came {one.happened:.2f} ({one.low:.2f} to {one.high:.2f})" for one in item.curve.bins
    )
    return f"{item.holder}: calibration: {bins}"

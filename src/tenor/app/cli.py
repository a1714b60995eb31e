"""The command line: every command is a verb of `Study`. Results on stdout, errors on stderr."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tenor.app.acts import events
from tenor.app.asking import claim
from tenor.app.ledger import predictions, promises
from tenor.app.said import statements
from tenor.errors import TenorError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tenor.study import Study

_STUDY = click.option(
    "--study",
    "folder",
    type=click.Path(path_type=Path),
    default=Path(),
    show_default="here",
    help="The study's folder.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="tenor", message="%(prog)s %(version)s")
@click.option("--traceback", is_flag=True, help="Show where in tenor's code an error arose.")
def cli(traceback: bool) -> None:
    """How was this event covered this time, compared with before, and is what people say of it true?"""


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
@_JSON
def new(folder: Path, as_json: bool) -> None:
    """Write a commented study into FOLDER."""
    from tenor.app.output import show
    from tenor.study import Study

    path = Study.new(folder)
    show({"study": str(path)}, as_json, [str(path), f"next: edit it, then `tenor check --study {folder}`"])


@cli.command()
@_STUDY
@_JSON
def check(folder: Path, as_json: bool) -> None:
    """Check the study and its claims; say every mistake with its line."""
    from tenor.app.output import check_lines, show

    study = _open(folder)
    claims = study.claims()
    show({"study": study.plan, "claims": claims}, as_json, check_lines(study.plan, claims))


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--outlet", help="For articles that do not name theirs.")
@click.option("--column", "columns", multiple=True, metavar="ROLE=COLUMN", help="As in text=body; may be repeated.")
@click.option("--charset", help="For text that is not UTF-8, such as cp1251.")
@click.option("--date-format", help="day first, month first, epoch, or a form such as %d/%m/%Y.")
@_STUDY
@_JSON
def add(
    paths: tuple[Path, ...],
    outlet: str | None,
    columns: tuple[str, ...],
    charset: str | None,
    date_format: str | None,
    folder: Path,
    as_json: bool,
) -> None:
    """Import articles from PATHS; without any, the counts the study declares and what was added before."""
    from tenor.app.output import how_to_read, import_lines, show

    how = how_to_read(columns, {"outlet": outlet, "charset": charset, "date_format": date_format})
    study = _open(folder, _progress)
    reports = study.add(paths, how=how)
    study.refresh()
    show(reports, as_json, import_lines(reports))


@cli.command()
@click.option("--phrase", "phrases", multiple=True, help="Whose first use to find; * ends a word. May be repeated.")
@click.option("--page", is_flag=True, help="Write it as a page beside the reports, with passages, and print its path.")
@_STUDY
@_JSON
def describe(phrases: tuple[str, ...], page: bool, folder: Path, as_json: bool) -> None:
    """Say what is here, before any claim: outlets, days, copies, gaps, words, names, first uses."""
    from tenor.app.output import description_lines, show

    found = _open(folder, _progress).describe(phrases)
    if page:
        from tenor.report.describe import write_description

        path = write_description(found, folder / "reports")
        show({"page": str(path)}, as_json, [str(path)])
    else:
        show(found, as_json, description_lines(found))


@cli.command()
@click.option("--at", "threshold", default=0.7, show_default=True, help="From which likeness on: 0.5, 0.7 or 0.9.")
@_STUDY
@_JSON
def copies(threshold: float, folder: Path, as_json: bool) -> None:
    """List near-copies: who had each text first, and who printed it after."""
    from tenor.app.output import copies_at, copies_lines, show
    from tenor.corpus.copies import THRESHOLDS

    rows = copies_at(_open(folder, _progress).copies(), threshold, THRESHOLDS)
    show(rows, as_json, copies_lines(rows, threshold))


@cli.command()
@click.option("--judge", type=click.IntRange(1, 10_000), help="Draw so many articles into a sheet to judge by hand.")
@click.option("--judged", type=click.Path(path_type=Path), help="Read a sheet that was filled in.")
@click.option("--coder", help="Who filled in the sheet.")
@_STUDY
@_JSON
def rounds(judge: int | None, judged: Path | None, coder: str | None, folder: Path, as_json: bool) -> None:
    """Say how articles fall into rounds, by day and by what they refer to; judge how well."""
    from tenor.app.output import rounds_lines, show

    if judge and judged:
        raise click.UsageError("--judge writes a sheet and --judged reads one: use one of them")
    if coder and not judged:
        raise click.UsageError("--coder says who filled in a sheet: use it with --judged")
    study = _open(folder, _progress)
    if judge:
        path, lines = study.judge(judge)
        show({"sheet": str(path)}, as_json, [*lines, str(path)])
        return
    if judged:
        study.refresh()
        notes = study.judged(judged, coder=coder or "")
        show({"notes": notes}, as_json, notes)
        return
    tables, quality = study.rounds(), study.judgements()
    show({"tables": tables, "quality": quality}, as_json, rounds_lines(tables, quality))


@cli.command()
@click.option("--model", type=click.Path(path_type=Path), help="A folder with a model; the installed one if not given.")
@click.option("--workers", type=click.IntRange(1, 256), help="How many processes; one a core if not given.")
@_STUDY
@_JSON
def annotate(model: Path | None, workers: int | None, folder: Path, as_json: bool) -> None:
    """Read the sentences of all articles that are new: tone, wording, quotations, whom they name."""
    from tenor.app.output import annotated_lines, show

    found = _open(folder, _progress).annotate(model=model, workers=workers, progress=sys.stderr)
    show(found, as_json, annotated_lines(found))


@cli.group()
def coding() -> None:
    """Read what people coded: a model's figures are held against it."""


@coding.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--charset", default="", help="For text that is not UTF-8, such as cp1251.")
@_STUDY
@_JSON
def coding_import(path: Path, charset: str, folder: Path, as_json: bool) -> None:
    """Import a table of codes: coder, doc, start, stop, text, variable, actor, value."""
    from tenor.app.output import codes_lines, show

    found = _open(folder, _progress).code(path, charset=charset)
    show(found, as_json, codes_lines(found))


@coding.command("sample")
@click.argument("variable")
@click.option("-n", "number", required=True, type=click.IntRange(1, 100_000), help="How many sentences.")
@click.option("--of", multiple=True, metavar="WHAT=WHICH", help="As in actor=brandel or speech=narration.")
@click.option("--to", type=click.Path(path_type=Path), help="The sheet; in the study's folder if not given.")
@_STUDY
@_JSON
def coding_sample(
    variable: str, number: int, of: tuple[str, ...], to: Path | None, folder: Path, as_json: bool
) -> None:
    """Draw sentences by chance into a sheet, for people to code VARIABLE: arousal, loaded, ..."""
    from tenor.app.output import pairs_of, show

    *lines, path = _open(folder, _progress).draw(variable, number, of=pairs_of(of), to=to)
    show({"sheet": path, "notes": lines}, as_json, [*lines, path])


@coding.command("agreement")
@_STUDY
@_JSON
def coding_agreement(folder: Path, as_json: bool) -> None:
    """Say how well coders agree, variable by variable (Krippendorff's alpha)."""
    from tenor.app.output import show, table_lines

    table = _open(folder).agreement()
    show(table.to_pylist(), as_json, table_lines(table))


@cli.command()
@click.argument("ours")
@click.argument("theirs", nargs=-1, required=True)
@click.option("--query", default="", help="Only articles that a query of the study picks.")
@_STUDY
@_JSON
def compare(ours: str, theirs: tuple[str, ...], query: str, folder: Path, as_json: bool) -> None:
    """List the words that set the round OURS apart from the rounds THEIRS."""
    from tenor.app.output import keywords_lines, show

    found = _open(folder, _progress).compare([ours], theirs, query=query)
    show(found, as_json, keywords_lines(found))


@cli.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--outlet", help="Only this outlet.")
@click.option("--lang", help="Only this language, as en.")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 1000))
@_STUDY
@_JSON
def search(
    words: tuple[str, ...], outlet: str | None, lang: str | None, limit: int, folder: Path, as_json: bool
) -> None:
    """Find articles that hold all WORDS, "phrases" and beginnings*."""
    from tenor.app.output import found_lines, show
    from tenor.corpus.search import Filters

    found = _open(folder).search(" ".join(words), Filters(outlet=outlet, lang=lang), limit=limit)
    show(found, as_json, found_lines(found))


@cli.command("new-since")
@click.argument("day", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]))
@_STUDY
@_JSON
def new_since(day: datetime, folder: Path, as_json: bool) -> None:
    """List what came in on DAY (UTC) or later: new articles, and versions that changed or were deleted."""
    from datetime import UTC

    from tenor.app.output import show, table_lines

    table = _open(folder).new_since(day.replace(tzinfo=UTC))
    show(table.to_pylist(), as_json, table_lines(table))


@cli.command()
@click.argument("doc_ids", nargs=-1, required=True)
@click.option("--why", required=True, help="Kept with the ids: a court order, a wrong import.")
@click.option("--now", is_flag=True, help="Erase from the disk at once, not when the store is next compacted.")
@_STUDY
@_JSON
def remove(doc_ids: tuple[str, ...], why: str, now: bool, folder: Path, as_json: bool) -> None:
    """Remove articles for good, by their DOC_IDS."""
    from tenor.app.output import show

    found = _open(folder).remove(doc_ids, why=why, now=now)
    gone = "erased from the disk" if now else "out of sight; `tenor compact` erases them from the disk"
    show({"removed": found}, as_json, [f"{found} of {len(doc_ids)} were there and are {gone}"])


@cli.command()
@_STUDY
@_JSON
def compact(folder: Path, as_json: bool) -> None:
    """Merge small files of the store, erase what was removed, and check that every file is whole."""
    from tenor.app.output import show

    merged, swept, damaged = _open(folder).compact()
    lines = [f"{merged} files merged, {swept} old ones deleted", *(str(error) for error in damaged)]
    show({"merged": merged, "swept": swept, "damaged": [str(error) for error in damaged]}, as_json, lines)


@cli.command()
@_JSON
def measures(as_json: bool) -> None:
    """List the measures, with the question each answers."""
    from tenor.app.output import show
    from tenor.registry import measures as known

    show(list(known().values()), as_json, [f"{item.full_name:18} {item.asks}" for item in known().values()])


@cli.command()
@click.argument("name")
@click.option("--query", default="", help="As the counts or the study's queries name it; without it, all articles.")
@click.option("--of", multiple=True, metavar="WHAT=WHICH", help="As in actor=brandel or speech=narration.")
@_STUDY
@_JSON
def measure(name: str, query: str, of: tuple[str, ...], folder: Path, as_json: bool) -> None:
    """Measure one query, round by round and over time."""
    from tenor.app.output import measured_lines, pairs_of, show

    found = _open(folder).measure(name, query=query, of=pairs_of(of))
    show(found, as_json, measured_lines(found))


@cli.command()
@_STUDY
@_JSON
def preregister(folder: Path, as_json: bool) -> None:
    """Hash every hypothesis before its numbers are looked at."""
    from tenor.app.output import registered_lines, show

    found = _open(folder).preregister()
    show(found, as_json, registered_lines(found))


@cli.command()
@click.option("--fail-on", multiple=True, help="Exit with 1 if a claim gets this verdict; may be repeated.")
@_STUDY
@_JSON
def audit(fail_on: tuple[str, ...], folder: Path, as_json: bool) -> None:
    """Answer every claim: one line each."""
    from tenor.app.output import audit_lines, check_words, show

    check_words(fail_on)
    found = _open(folder).audit()
    show(found, as_json, audit_lines(found))
    if any(item.word in fail_on for item in found.verdicts):
        raise SystemExit(1)


@cli.command()
@click.argument("hypothesis")
@_STUDY
@_JSON
def evidence(hypothesis: str, folder: Path, as_json: bool) -> None:
    """Show the figures behind HYPOTHESIS, each with its file and line."""
    from tenor.app.output import show, table_lines

    table = _open(folder).evidence(hypothesis)
    show(table.to_pylist(), as_json, table_lines(table))


@cli.command()
@click.option("--to", type=click.Path(path_type=Path), help="Where to write; by default the study's reports.")
@click.option("--public", is_flag=True, help="For everybody: short passages, few of an article, no private persons.")
@click.option("--lang", default="en", show_default=True, help="Of headings, labels and charts: en, ru; uk, tr in part.")
@click.option("--passages", type=click.IntRange(0, 5000), default=16, show_default=True, help="For each hypothesis.")
@_STUDY
@_JSON
def report(to: Path | None, public: bool, lang: str, passages: int, folder: Path, as_json: bool) -> None:
    """Audit the claims and write the report: one page, and the data behind it."""
    from tenor.app.output import show
    from tenor.report.form import Form

    path = _open(folder).report(to, form=Form(public=public, lang=lang, passages=passages))
    show({"report": str(path)}, as_json, [str(path)])


@cli.command()
@click.option("--port", default=8321, show_default=True, type=click.IntRange(0, 65535), help="0 for any that is free.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Elsewhere than here, a token is demanded.")
@_STUDY
def serve(port: int, host: str, folder: Path) -> None:
    """Show the study in a browser: claims, passages, documents, and runs to start and watch."""
    from tenor.app.web.server import serve as serve_study

    serve_study(folder, host, port, click.echo)


@cli.command()
@click.argument("file", type=click.Choice(["study", "claims"]))
def schema(file: str) -> None:
    """Print the JSON Schema of a study file or a claims file, for editors."""
    from tenor.app.output import show
    from tenor.studyfile import claims_schema, study_schema

    show(study_schema() if file == "study" else claims_schema(), True, [])


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("tenor-demo"))
@_JSON
def demo(folder: Path, as_json: bool) -> None:
    """Run the bundled examples into FOLDER: real figures, from counts to reports."""
    from tenor.app.examples import EXAMPLES, run_example
    from tenor.app.output import audit_lines, show

    results = [run_example(name, folder, _progress) for name in EXAMPLES]
    lines = [line for found, path in results for line in [*audit_lines(found), f"  report: {path}", ""]]
    show([{"verdicts": found.verdicts, "report": str(path)} for found, path in results], as_json, lines[:-1])


cli.add_command(claim)
cli.add_command(statements)
cli.add_command(events)
cli.add_command(promises)
cli.add_command(predictions)


def _progress(what: str) -> None:
    click.echo(f"{what} ...", err=True)


def _complain(what: str) -> None:
    from tenor.report.words import seen

    # An error may quote what stands in somebody's file.
    click.echo(f"tenor: {seen(what)}", err=True)


def _open(folder: Path, say: Callable[[str], None] = lambda _: None) -> Study:
    from tenor.study import Study

    return Study.open(folder, say=say)


def main() -> None:
    """Run the command line and turn every error into a sentence and an exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code.

    0 done, 1 asked by --fail-on, 2 wrong usage, 65 bad data, 66 missing input,
    69 busy, disk full or model missing, 70 a bug in tenor, 130 interrupted.
    """
    try:
        cli.main(arguments, prog_name="tenor", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except TenorError as error:
        if "--traceback" in arguments:
            raise
        _complain(str(error))
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        _complain("interrupted; what was finished is kept")
        return 130
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    except OSError as error:
        _complain(f"{error.filename or ''}: {error.strerror or error}")
        return 66
    except Exception as error:
        if "--traceback" in arguments:
            raise
        what = f"{type(error).__name__}: {error}"
        _complain(f"this is a bug in tenor: {what}; run `tenor --traceback ...` and report it")
        return 70
    return 0

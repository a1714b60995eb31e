"""Bad input, whatever it is, is a plain page with what to do: never a stack trace, never half a file."""

from __future__ import annotations

import csv
import io
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from tenor.corpus.store import Store
from tenor.study import Study
from tenor.tables import COUNTS
from tests.app.web.served import Answer, Served, serving

EVERY = (
    *(
        "/",
        "/documents",
        "/search",
        "/search?q=word",
        "/copies",
        "/compare",
        "/quality",
        "/downloads",
        "/runs",
        "/help",
    ),
    *("/statements", "/promises", "/predictions", "/claims/new", "/claims/edit"),
)


@pytest.fixture(scope="module")
def lent(read: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The harbour, read, for tests that change little."""
    folder = tmp_path_factory.mktemp("lent") / "harbour"
    shutil.copytree(read, folder)
    with serving(folder) as served:
        yield served


def fine(answer: Answer) -> Answer:
    """Check that an answer is a page that was thought of."""
    assert answer.status < 500, answer.text
    assert "Traceback" not in answer.text
    assert "bug in tenor" not in answer.text
    return answer


@pytest.mark.parametrize("path", EVERY)
def test_an_empty_study_has_every_page(path: str, empty: Served) -> None:
    assert fine(empty.ask(path)).status == 200


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("empty") / "new"
    Study.new(folder)
    with serving(folder) as served:
        yield served


def test_an_empty_study_says_what_to_do(empty: Served) -> None:
    assert "tenor add" in empty.ask("/").text


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/claims/nobody", 404, "no claim"),
        ("/claims/cold/passages?h=H2", 404, "not audited yet"),
        ("/documents/0123", 404, "no document"),
        ("/documents?from=2025-06-31", 422, "is no day"),
        ("/documents?round=r99", 422, "no round"),
        ("/documents?sort=sideways", 404, "sort"),
        ("/documents?page=-3", 200, "articles"),
        ("/documents?page=99999999999999999999", 200, "articles"),
        ("/documents?outlet=%00%27%22--", 200, "0 articles"),
        ("/search?q=%22%22", 200, "no word"),
        ("/search?q=" + "a" * 5000, 200, "0 articles"),
        ("/search?q=x&month=2025-99", 200, "is no day"),
        ("/copies/none", 404, "no copy group"),
        ("/runs/..%2f..%2fsecret", 404, "no such page"),
        ("/runs/nothing", 404, "no run"),
        ("/compare?measure=tone.bold", 404, "no measure"),
        ("/statements?kind=gossip", 404, "no kind of statement"),
        ("/promises/P99", 404, "p99"),
        ("/downloads/secrets.csv", 404, "no table"),
        ("/nothing/here", 404, "no such page"),
    ],
)
def test_what_is_not_there_is_said(lent: Served, path: str, status: int, said: str) -> None:
    answer = fine(lent.ask(path))
    assert (answer.status, said in answer.text.lower()) == (status, True), answer.text[-1500:]


def test_a_removed_document_says_when_and_why(own: Path) -> None:
    study = Study.open(own)
    doc = study.store.query("SELECT doc_id FROM articles ORDER BY doc_id LIMIT 1", {})["doc_id"][0].as_py()
    with serving(own) as served:
        assert served.ask(f"/documents/{doc}").status == 200
        study.remove([doc], why="a court order")
        deadline = time.monotonic() + 10  # a server looks at the tables anew every second
        while (answer := fine(served.ask(f"/documents/{doc}"))).status == 200 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert answer.status == 404
        assert "a court order" in answer.text
        assert doc not in served.ask("/downloads/documents.csv").text


def test_a_claims_file_broken_by_hand_is_shown_with_its_line_and_mended(own: Path) -> None:
    path = own / "claims.yaml"
    whole = path.read_text(encoding="utf-8")
    broken = whole.replace("relation: less", "relation: lesser", 1)
    path.write_text(broken, encoding="utf-8")
    line = broken[: broken.index("lesser")].count("\n") + 1
    with serving(own) as served:
        assert f"claims.yaml:{line}" in fine(served.ask("/")).text
        page = fine(served.ask("/claims/edit"))
        assert f"claims.yaml:{line}" in page.text
        before = page.text.split('name="before" value="')[1].split('"')[0]
        worse = served.send("/claims/edit", {"text": "tenor_claims: [", "before": before})
        assert (worse.status, "claims.yaml:1" in worse.text) == (422, True)
        assert path.read_text(encoding="utf-8") == broken  # never half written
        stale = served.send("/claims/edit", {"text": whole, "before": "0"})
        assert (stale.status, "somebody else changed" in stale.text.lower()) == (409, True)
        mended = served.send("/claims/edit", {"text": whole.replace("\n", "\r\n"), "before": before})
        assert mended.status == 303
        assert path.read_text(encoding="utf-8") == whole
        assert "claims.yaml:" not in served.ask("/").text
        path.write_bytes(b"\xff\xfe no text")
        assert "UTF-8" in fine(served.ask("/claims/edit")).text


def test_a_claim_is_written_by_form_and_what_stood_there_stays(own: Path) -> None:
    path = own / "claims.yaml"
    before = path.read_text(encoding="utf-8")
    hostile = '"}: {x} # - id: "\u202e\n&a *a <script>window.ran=1</script> О третьем раунде 😀'
    form = {
        "id": "mine", "quote": hostile, "holder": "a columnist", "date": "2023-09-12", "source": "here: there",
        "measure": "tone.valence", "query": "harbour", "relation": "less", "margin": "at least 0.2 sd lower",
        "population": "outlets like these", "side.r3": "claimed", "side.r1": "other", "side.r2": "other",
        "of.speech": "narration", "of.actor": "brandel",
    }  # fmt: skip
    with serving(own) as served:
        assert served.ask("/claims/new?measure=tone.valence&query=&of.speech=narration").status == 200
        for name, value, said in (
            ("margin", "20", "margin"),
            ("side.r3", "", "compares no rounds"),
            ("date", "31 June", "date"),
            ("id", "no id!", "id"),
            ("id", "cold", "used twice"),
            ("quote", "", "quote"),
        ):
            refused = served.send("/claims/new", {**form, name: value})
            assert (refused.status, said in refused.text) == (422, True), (name, refused.text[-3000:])
            assert path.read_text(encoding="utf-8") == before
        assert served.send("/claims/new", form).headers["location"] == "/claims/mine"
        after = path.read_text(encoding="utf-8")
        assert after.startswith(before)
        claim = Study.open(own).claims()[-1]
        assert claim.quote.split() == hostile.split()
        assert dict(claim.hypotheses[0].contrast) == {"r3": 1, "r1": -0.5, "r2": -0.5}
        assert dict(claim.hypotheses[0].parameters) == {"speech": "narration"}  # valence is asked of no actor
        page = fine(served.ask("/claims/mine")).text
        assert "<script>window" not in page
        assert "⟦U+202E⟧" in page


def test_a_folder_that_can_not_be_written_is_read_and_says_so(own: Path) -> None:
    (own / ".tenor").write_text("a file where a folder should be")
    with serving(own) as served:
        for path in EVERY:
            assert fine(served.ask(path)).status == 200
        refused = fine(served.send("/runs", {"kind": "refresh"}))
        assert refused.status == 422
        assert "be written" in refused.text


def test_a_result_of_another_version_asks_for_a_new_run(own: Path) -> None:
    home = own / ".tenor" / "audits"
    (home / "r1").mkdir(parents=True)
    (home / "current").write_text("r1")
    said = {"format": 1, "tenor": "0.0.1", "made_of": {}, "value": {}}
    (home / "r1" / "audit.json").write_text(json.dumps(said))
    with serving(own) as served:
        page = fine(served.ask("/")).text
        assert "another version of tenor worked this out" in page
        assert "run it again" in page
        assert fine(served.ask("/claims/cold")).status == 200


def test_a_study_that_is_changed_under_the_server_is_read_anew(small: Callable[..., Path]) -> None:
    folder = small("date,outlet,query,matched,total\n2024-02-01,A,talks,1,10\n")
    Study.open(folder).add()
    with serving(folder) as served:
        assert "Three rounds of talks" in served.ask("/").text
        study = (folder / "tenor.yaml").read_text(encoding="utf-8")
        (folder / "tenor.yaml").write_text(study.replace("Three rounds", "Four rounds"), encoding="utf-8")
        assert "Four rounds of talks" in served.ask("/").text
        (folder / "tenor.yaml").write_text("tenor: [", encoding="utf-8")
        broken = fine(served.ask("/"))
        assert (broken.status, "tenor.yaml:1" in broken.text) == (422, True)
        (folder / "tenor.yaml").unlink()
        assert fine(served.ask("/documents")).status == 404


def test_pages_are_read_while_somebody_writes(own: Path) -> None:
    store, stop, failed = Store(own / "corpus"), threading.Event(), list[str]()

    def writing() -> None:
        number = 0
        while not stop.is_set():
            row = {"outlet": "A", "query": "q", "start": date(2024, 1, 1), "days": 1, "matched": 1, "total": None}
            store.append("counts", pa.Table.from_pylist([{**row, "source": f"{number}", "line": 1}], COUNTS))
            number += 1

    with serving(own) as served:
        thread = threading.Thread(target=writing)
        thread.start()
        try:
            for path in ("/", "/documents", "/search?q=harbour", "/quality", "/copies", "/downloads/counts.csv") * 2:
                answer = served.ask(path)
                failed += [f"{path}: {answer.status}"] if answer.status != 200 else []
        finally:
            stop.set()
            thread.join()
        with store.writing():  # a run that holds the lock keeps nobody from reading
            failed += [path for path in ("/", "/documents", "/search?q=harbour") if served.ask(path).status != 200]
    assert failed == []


def test_tables_are_downloaded_whole_and_nothing_in_them_is_run(own: Path) -> None:
    counts = {"query": "q", "start": date(2024, 1, 1), "days": 1, "matched": 1, "total": None, "line": 1}
    rows = [
        {**counts, "outlet": name, "source": "s"} for name in ('=HYPERLINK("x")', "+1", "-1", "@x", "＝1", 'a"b,\nc')
    ]
    Store(own / "corpus").append("counts", pa.Table.from_pylist(rows, COUNTS))
    with serving(own) as served:
        answer = served.ask("/downloads/counts.csv")
        assert answer.headers["content-disposition"] == 'attachment; filename="counts.csv"'
        table = list(csv.DictReader(io.StringIO(answer.text)))
        number = Store(own / "corpus").query("SELECT count(*) AS n FROM counts", {})["n"][0].as_py()
        assert len(table) == number
        mine = {row["outlet"] for row in table if row["source"] == "s"}
        assert mine == {'\'=HYPERLINK("x")', "'+1", "'-1", "'@x", "'＝1", 'a"b,\nc'}
        for name in (
            "documents",
            "annotations",
            "scores",
            "statements",
            "codes",
            "agreement",
            "imports",
            "runs",
            "days",
        ):
            body = served.ask(f"/downloads/{name}.csv").text
            found = list(csv.reader(io.StringIO(body)))
            assert len({len(row) for row in found}) == 1, name
            assert len(found) > (name != "runs"), name
        few = list(csv.DictReader(io.StringIO(served.ask("/downloads/documents.csv?outlet=Tidewire").text)))
        assert {row["outlet"] for row in few} == {"Tidewire"}


def test_a_moment_is_said_in_utc() -> None:
    from tenor.app.web.render import moment

    assert moment(datetime(2026, 1, 2, 3, 4, tzinfo=UTC)) == "2026-01-02 03:04 UTC"

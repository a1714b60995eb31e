"""What is made from documents and study file: out of date, killed half-way, gone with its article."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenor.corpus.derived import refresh
from tenor.corpus.store import Store
from tenor.errors import Busy
from tenor.model import Document
from tenor.study import Study
from tenor.tables import TABLES
from tests.conftest import STUDY
from tests.corpus.press import QUERIES, ROUNDS, article, press, put

ALL = ("copies", "boilerplate", "articles", "completeness", "matches", "assignments", "origins", "reuse")
MADE = (*ALL, "signatures", "pairs", "repeated")
# In no round are there enough articles for others to repeat.
EXPECTED = {**dict.fromkeys(MADE, True), "reuse": False}
FOOTER = "Follow the news of the talks every day at noon"
OUTLET = "outlets:\n  - {name: a, unobserved: [{from: 2024-02-10, to: 2024-02-12, why: a strike}]}\n"


def documents(number: int, first: int = 0) -> list[Document]:
    """Articles of two outlets; every third one of b copies one of a, and every fifth is a new version."""
    found = []
    for at in range(first, first + number):
        day = f"2024-{1 + at % 4:02d}-{1 + at % 27:02d}"
        own = " ".join(f"w{at}x{place}" for place in range(35))
        found.append(article(f"{own} talks\n{FOOTER}", title=f"Number {at}", at=day, native_id=str(at - at % 5 // 4)))
        if at % 3 == 0:
            found.append(article(f"(Reuters) {own} talks. The second round!", outlet="b", at=day, title=f"Again {at}"))
    return found


def tables(store: Store) -> dict[str, pa.Table]:
    """Return the rows of everything that is made, in one order."""
    return {name: store.query(f"SELECT * FROM {name} ORDER BY ALL", {}) for name in MADE}


def again(study: Study) -> Study:
    return Study.open(study.folder)


def test_only_what_changed_is_made_anew(tmp_path: Path) -> None:
    study = press(tmp_path / "s", documents(20))
    assert refresh(study.store, study.plan) == ALL
    assert refresh(study.store, study.plan) == ()
    changes: Sequence[tuple[dict[str, str], tuple[str, ...]]] = [
        ({"rounds": ROUNDS.replace("third round*", "round three")}, ("assignments",)),
        ({"queries": QUERIES.replace("talks,", "parley,")}, ("matches",)),
        ({"rest": OUTLET}, ("completeness",)),
        ({"zone": "Asia/Tokyo"}, ("articles", "completeness", "matches", "assignments", "origins", "reuse")),
        ({"rest": "actors:\n  - {id: un, name: the UN, kind: organisation, aliases: {en: [UN]}}\n"}, ()),
        ({"rounds": ROUNDS.replace("label: the first", "label: that first")}, ()),
    ]
    for change, made in changes:
        refresh(study.store, study.plan)
        assert refresh(study.store, press(tmp_path / "s", (), **change).plan) == made
        assert refresh(study.store, press(tmp_path / "s", (), **change).plan) == ()
    put(study.store, article("one more"))
    refresh(study.store, study.plan)
    put(study.store, article("and one more"))
    assert refresh(study.store, study.plan) == ALL
    study.store.remove([study.store.query("SELECT doc_id FROM documents", {})["doc_id"][0].as_py()])
    assert refresh(study.store, study.plan) == ALL


def test_what_is_said_is_said_before(tmp_path: Path) -> None:
    study, said = press(tmp_path, documents(3)), list[str]()
    refresh(study.store, study.plan, said.append)
    assert said == [
        "finding near-copies",
        "finding what outlets repeat",
        "dating and counting articles",
        "checking which days were observed",
        "asking the study's queries",
        "assigning rounds",
        "finding agency texts",
        "finding wording that is used again",
    ]
    refresh(study.store, study.plan, said.append)
    assert len(said) == 8


def test_every_table_has_rows_here(tmp_path: Path) -> None:
    """Else what is compared below would be empty tables."""
    study = press(tmp_path, documents(60))
    assert {name: rows.num_rows > 0 for name, rows in tables(study.refresh()).items()} == EXPECTED


@pytest.mark.slow
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(12)), cuts=st.lists(st.integers(1, 11), max_size=3), gone=st.integers(0, 11))
def test_in_any_steps(tmp_path_factory: pytest.TempPathFactory, order: list[int], cuts: list[int], gone: int) -> None:
    in_steps_or_at_once(tmp_path_factory.mktemp("steps"), order, cuts, gone)


def test_in_steps(tmp_path: Path) -> None:
    in_steps_or_at_once(tmp_path, [7, 3, 9, 11, 0, 6, 2, 8, 1, 10, 4, 5], [5], 3)


def in_steps_or_at_once(folder: Path, order: list[int], cuts: list[int], gone: int) -> None:
    """Articles that come in several steps, one of them taken down, leave what the rest alone would leave."""
    every = [item for number in order for item in documents(1, number)]
    steps = press(folder / "steps")
    for start, stop in pairwise([0, *sorted(set(cuts)), len(every)]):
        put(steps.store, *every[start:stop])
        steps.refresh()
    removed = every[gone % len(every)].doc_id
    steps.store.remove([removed])
    once = press(folder / "once", [item for item in every if item.doc_id != removed])
    found, wanted = tables(steps.refresh()), tables(once.refresh())
    for name in MADE:
        assert found[name] == wanted[name], name


def test_nothing_is_left_of_what_was_removed(tmp_path: Path) -> None:
    study = press(tmp_path, documents(60))
    store = study.refresh()
    victim = store.query("SELECT copy_id FROM copies WHERE NOT first_publisher AND threshold = 0.7 LIMIT 1", {})
    doc_id = victim["copy_id"][0].as_py()
    pairs = store.query("SELECT * FROM pairs WHERE $id IN (first, second)", {"id": doc_id})
    assert pairs.num_rows > 0
    study.remove([doc_id], why="a court order", now=True)
    study.refresh()
    for name in MADE:
        assert doc_id not in str(store.query(f"SELECT * FROM {name}", {}).to_pydict()), name
    # Whoever was a copy of it is now the first of its family.
    assert store.query("SELECT 1 FROM articles WHERE copy_id NOT IN (SELECT doc_id FROM articles)", {}).num_rows == 0
    study.compact()
    store.remove([], now=True)
    held = [path for path in (tmp_path / "corpus").rglob("*.parquet") if doc_id.encode() in path.read_bytes()]
    assert {path.parent.name for path in held} == {"tombstones"}


def test_a_study_of_counts_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "tenor.yaml").write_text(STUDY, encoding="utf-8")
    lines = ["date,outlet,query,matched,total", "2024-02-01,a,talks,1,2"]
    (tmp_path / "counts.csv").write_text("\n".join(lines), encoding="utf-8")
    study = Study.open(tmp_path)
    study.add()
    before = sorted(tmp_path.rglob("*"))
    assert refresh(study.store, study.plan) == ()
    assert sorted(tmp_path.rglob("*")) == before


def test_the_last_article_removed_leaves_empty_tables(tmp_path: Path) -> None:
    study = press(tmp_path, [article("talks")])
    study.refresh().remove([article("talks").doc_id], now=True)
    assert {name: rows.num_rows for name, rows in tables(study.refresh()).items()} == {
        **dict.fromkeys(MADE, 0),
        "matches": 1,
    }
    assert refresh(study.store, study.plan) == ()


def test_the_lock_is_only_taken_where_something_is_to_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenor.corpus.lock._WAIT", 0.1)
    study = press(tmp_path, documents(3))
    other = Store(tmp_path / "corpus")
    with other.writing(), pytest.raises(Busy, match="another process"):
        study.refresh()
    study.refresh()
    with other.writing():
        assert refresh(study.store, study.plan) == ()


# --- killed ----------------------------------------------------------------------------------------

ROOT = Path(__file__).parents[2]
_REFRESH = """
import os, signal, sys
from tenor.corpus.derived import refresh
from tenor.corpus.store import Store
from tenor.study import Study

folder, point, left = sys.argv[1], sys.argv[2], int(sys.argv[3])

def at(name):
    global left
    left -= name == point
    if left == 0 and name == point:
        os.kill(os.getpid(), signal.SIGKILL)

study = Study.open(folder)
print(" ".join(refresh(Store(study.folder / "corpus", at=at), study.plan, lambda _: at("step"))))
"""


def killed(folder: Path, point: str, number: int) -> int:
    command = [sys.executable, "-c", _REFRESH, str(folder), point, str(number)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, check=False, cwd=ROOT, env=environment, timeout=60).returncode


# The first two kill the first step, the rest one step after another.
KILLS = [("half file", 3), ("before log", 1), ("after log", 1), ("step", 2), ("after log", 2)]


def test_a_killed_refresh_is_gone_on_with(tmp_path: Path) -> None:
    """Each kill hits what the one before left; readers see whole tables, and the end is that without a kill."""
    whole = press(tmp_path / "whole", documents(30))
    wanted = tables(whole.refresh())
    study = press(tmp_path / "s", documents(20))
    study.refresh()
    put(study.store, *documents(10, 20))
    before = tables(study.store)
    for point, number in KILLS:
        assert killed(study.folder, point, number) == -9, point
        assert study.store.verify() == ()
        now = tables(study.store)
        assert all(now[name] in (before[name], wanted[name]) for name in MADE), point
        marks = study.store.query('SELECT "table" FROM made', {})["table"].to_pylist()
        assert sorted(marks) == sorted(ALL)
    assert refresh(study.store, study.plan) == ("matches", "assignments", "origins", "reuse")
    assert refresh(study.store, study.plan) == ()
    found = tables(study.store)
    for name in MADE:
        assert found[name] == wanted[name], name


@pytest.mark.slow
@pytest.mark.parametrize(
    "point", ["before write", "half file", "before rename", "after rename", "before log", "after log"]
)
def test_killed_at_every_point(tmp_path: Path, point: str) -> None:
    study = press(tmp_path / "s", documents(12))
    shutil.copytree(tmp_path / "s", tmp_path / "whole")
    wanted = tables(again(Study.open(tmp_path / "whole")).refresh())
    for number in range(1, 25, 5):
        shutil.copytree(tmp_path / "s", tmp_path / "now")
        died = killed(tmp_path / "now", point, number) == -9
        study = Study.open(tmp_path / "now")
        assert study.store.verify() == ()
        assert tables(study.refresh()) == wanted, number
        shutil.rmtree(tmp_path / "now")
        if not died:
            break
    assert number >= 6


def test_tables_are_those_of_the_schema() -> None:
    assert set(MADE) <= set(TABLES)

"""Projects of the Discourse Network Analyzer: documents, statements with their coders, and its published numbers."""

from __future__ import annotations

import os
import shutil
import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from tenor.annotate.told import Wanted, edges
from tenor.coding.dna import import_statements
from tenor.compare.network import congruence, one_mode, two_mode
from tenor.errors import SourceError, UnknownName
from tenor.model import ArticleSource
from tenor.report.network import write
from tenor.sources.dna import IMPORTERS, coded_statements
from tenor.sources.importer import ArticleSettings
from tenor.study import Study
from tenor.testing import check_importer

SAMPLE = Path(os.environ.get("TENOR_DATA", "nowhere")) / "imports" / "sample.dna"
needs_sample = pytest.mark.skipif(not SAMPLE.exists(), reason="TENOR_DATA names no folder with imports/sample.dna")
ORGANISATIONS = (
    "Alliance to Save Energy",
    "Energy and Environmental Analysis, Inc.",
    "Environmental Protection Agency",
    "National Petrochemical & Refiners Association",
    "Senate",
    "Sierra Club",
    "U.S. Public Interest Research Group",
)
TEXT = "The minister said no. The union said that tariffs hurt."


def project(path: Path, text: str = TEXT) -> Path:
    """Write a project with one document and two statements; the second stands where its text has nothing."""
    with closing(sqlite3.connect(path)) as made:
        made.executescript("""
            CREATE TABLE DOCUMENTS(ID INTEGER, Title TEXT, Text TEXT, Coder INTEGER, Author TEXT, Source TEXT,
                                   Date INTEGER);
            CREATE TABLE CODERS(ID INTEGER, Name TEXT);
            CREATE TABLE STATEMENTTYPES(ID INTEGER, Label TEXT);
            CREATE TABLE VARIABLES(ID INTEGER, Variable TEXT, DataType TEXT, StatementTypeId INTEGER);
            CREATE TABLE ENTITIES(ID INTEGER, VariableId INTEGER, Value TEXT);
            CREATE TABLE STATEMENTS(ID INTEGER, StatementTypeId INTEGER, DocumentId INTEGER, Start INTEGER,
                                    Stop INTEGER, Coder INTEGER);
            CREATE TABLE DATASHORTTEXT(ID INTEGER, StatementId INTEGER, VariableId INTEGER, Entity INTEGER);
            CREATE TABLE DATALONGTEXT(ID INTEGER, StatementId INTEGER, VariableId INTEGER, Value TEXT);
            CREATE TABLE DATAINTEGER(ID INTEGER, StatementId INTEGER, VariableId INTEGER, Value INTEGER);
            CREATE TABLE DATABOOLEAN(ID INTEGER, StatementId INTEGER, VariableId INTEGER, Value INTEGER);
            INSERT INTO CODERS VALUES (1, 'Ada');
            INSERT INTO STATEMENTTYPES VALUES (1, 'DNA Statement');
            INSERT INTO VARIABLES VALUES (1, 'organization', 'short text', 1), (2, 'concept', 'short text', 1),
                                         (3, 'agreement', 'boolean', 1);
            INSERT INTO ENTITIES VALUES (1, 1, 'the union'), (2, 2, 'Tariffs hurt.');
            INSERT INTO STATEMENTS VALUES (1, 1, 1, 22, 55, 1), (2, 1, 1, 900, 910, 1);
            INSERT INTO DATASHORTTEXT VALUES (1, 1, 1, 1), (2, 1, 2, 2);
            INSERT INTO DATABOOLEAN VALUES (1, 1, 3, 1);
        """)
        made.execute("INSERT INTO DOCUMENTS VALUES (1, 'Hearing', ?, 1, '', 'The Paper', 1106697600)", (text,))
        made.commit()
    return path


def study_of(folder: Path, actors: tuple[str, ...]) -> Study:
    listed = "".join(
        f'  - {{id: a{place}, name: "{name}", kind: organisation, aliases: {{en: ["{name}"]}}}}\n'
        for place, name in enumerate(actors)
    )
    folder.mkdir(exist_ok=True)
    (folder / "tenor.yaml").write_text(
        "tenor: 1\nid: hearings\ntitle: Hearings\nevent:\n  title: Hearings\n  timezone: UTC\n"
        "  window: {from: 0, to: 5, unit: day}\n"
        "rounds:\n  - {id: r1, label: the first, date: 2005-01-26}\n  - {id: r2, label: the second, date: 2005-02-16}\n"
        f"actors:\n{listed}",
        encoding="utf-8",
    )
    return Study.open(folder)


def test_a_project_is_read_with_its_coder(tmp_path: Path) -> None:
    path = project(tmp_path / "small.dna")
    study = study_of(tmp_path / "study", ("the union",))
    (report,) = study.add([path])
    assert (report.importer, report.kept) == ("dna@1", 1)
    read = import_statements(study.refresh(), study.plan, path)
    assert (read.read, read.kept, read.unnamed, read.coders) == (2, 1, 0, ("Ada",))
    assert [one.why for one in read.refused] == ["its words do not stand where the project says"]
    (row,) = study.statements().to_pylist()
    assert (row["who"], row["coder"], row["frame"], row["polarity"]) == (
        "the union",
        "dna:Ada",
        "Tariffs hurt.",
        "positive",
    )
    assert row["passage"] == "The union said that tariffs hurt."
    again = import_statements(study.refresh(), study.plan, path)
    assert (again.kept, again.already_there) == (0, 1)
    assert study.statements().num_rows == 1


def test_who_is_not_among_the_actors_has_no_name(tmp_path: Path) -> None:
    path = project(tmp_path / "small.dna")
    study = study_of(tmp_path / "study", ("the court",))
    study.add([path])
    read = import_statements(study.refresh(), study.plan, path)
    assert read.unnamed == 1
    (row,) = study.statements().to_pylist()
    assert (row["who"], row["actor"]) == ("unnamed speaker", "")
    assert edges(study.statements()) == []


def test_statements_without_their_document_are_refused(tmp_path: Path) -> None:
    path = project(tmp_path / "small.dna")
    study = study_of(tmp_path / "study", ("the union",))
    other = project(tmp_path / "other.dna", "Something else was said there, and at some length, by nobody.")
    study.add([other])
    read = import_statements(study.refresh(), study.plan, path)
    assert read.kept == 0
    assert len(read.refused) == 2


def test_what_is_no_project_says_so(tmp_path: Path) -> None:
    path = tmp_path / "no.dna"
    path.write_bytes(b"SQLite format 3\x00" + b"\x00" * 200)
    with pytest.raises(SourceError, match="no project of the Discourse Network Analyzer"):
        coded_statements(path)
    with pytest.raises(SourceError, match="no such file"):
        coded_statements(tmp_path / "nowhere.dna")


def test_the_importer_keeps_its_promises(tmp_path: Path) -> None:
    check_importer(IMPORTERS[0], project(tmp_path / "small.dna"), ArticleSettings())


def test_filters_know_their_names(tmp_path: Path) -> None:
    path = project(tmp_path / "small.dna")
    study = study_of(tmp_path / "study", ("the union",))
    study.add([path])
    import_statements(study.refresh(), study.plan, path)
    assert study.statements(Wanted(actor="a0", outlet="The Paper", round="r1", kind="quote")).num_rows == 1
    assert study.statements(Wanted(round="r2")).num_rows == 0
    for wanted in (Wanted(actor="nobody"), Wanted(kind="song"), Wanted(outlet="None"), Wanted(round="r9")):
        with pytest.raises(UnknownName):
            study.statements(wanted)


@needs_sample
def test_the_published_numbers_of_the_sample(tmp_path: Path) -> None:
    study = study_of(tmp_path / "study", ORGANISATIONS)
    path = Path(shutil.copy(SAMPLE, tmp_path / "sample.dna"))
    how = ArticleSource(path="", outlet="Hearings", lang="en")
    (report,) = study.add([path], how=how)
    assert report.kept == 7
    read = import_statements(study.refresh(), study.plan, path)
    assert (read.read, read.kept) == (41, 41)
    table = study.statements()
    said = [
        (row["who"], row["frame"], row["polarity"] == "positive")
        for row in table.to_pylist()
        if row["actor"] and row["frame"]
    ]
    network = two_mode(said)
    assert network.counts.shape == (7, 6)
    assert network.counts.sum() == 40
    assert one_mode(network).sum() == 276
    assert congruence(network).sum() == 160
    assert congruence(network, binary=True).sum() == 48
    place = write(edges(table), tmp_path / "out.graphml")
    root = ET.fromstring(place.read_text(encoding="utf-8"))
    space = {"g": "http://graphml.graphdrawing.org/xmlns"}
    assert len(root.findall(".//g:node", space)) == 13
    counted = [int(one.text or 0) for one in root.findall(".//g:edge/g:data[@key='statements']", space)]
    assert sum(counted) == 40


def test_the_networks_of_three_actors() -> None:
    said = [("a", "x", True), ("a", "x", True), ("b", "x", True), ("c", "x", False), ("c", "y", True), ("a", "y", True)]
    network = two_mode(said)
    assert network.counts.tolist() == [[2, 1], [1, 0], [1, 1]]
    # a and b: x 2 * 1; a and c: x 2 * 1 and y 1 * 1; b and c: x 1 * 1; each counted for both.
    assert one_mode(network).tolist() == [[0, 2, 3], [2, 0, 1], [3, 1, 0]]
    assert congruence(network).tolist() == [[0, 2, 1], [2, 0, 0], [1, 0, 0]]
    assert congruence(network, binary=True).tolist() == [[0, 1, 1], [1, 0, 0], [1, 0, 0]]
    assert np.array_equal(congruence(two_mode([])), np.zeros((0, 0), np.int64))

"""The harbour example: its texts are what its truth says, and tenor finds what was planted."""

from __future__ import annotations

import csv
import html
import json
import math
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import combinations
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import pytest
from ruamel.yaml import YAML

from tenor.app.cli import run
from tenor.corpus.completeness import doubtful_days
from tenor.model import Claim, Plan
from tenor.study import Study
from tenor.studyfile import read_claims, read_study
from tenor.testing import example_folder

Row = Mapping[str, str]
FOLDER = example_folder("harbour")
PLAN: Plan = read_study(FOLDER / "tenor.yaml")
CLAIMS: tuple[Claim, ...] = read_claims(FOLDER / "claims.yaml", PLAN)
TRUTH: dict[str, Any] = YAML(typ="safe").load((FOLDER / "truth.yaml").read_text(encoding="utf-8"))
FIELDS = {"id", "outlet", "lang", "published", "author", "title", "text", "url", "section"}
CREDITS = ("Source: Tidewire", "Тайдвайр / Tidewire")
DATELINE = re.compile(r"[^\W\d_]+, \d+ \w+ \(Tidewire\) - ")
NAMES = {
    "mediator": r"Brandel|Брандел",
    "dockers": r"Dockers' Union|профсоюз\w* докеров|профспілк\w* докерів|Liman İşçileri Sendikası",
    "castell": r"Castell|Кастелл",
    "Velmara": r"Velmara(?!n|lı)|Вельмар[аыеуиі]\b|Вельмаро[юй]",
    "Sundovia": r"Sundovia\b|Сундови[яиюе]|Сундові[яїює]|Sundovya(?!lı)",
}
# Beginnings of words (whole ones where a dot ends them), whatever the case; _ is a space.
REAL = """
    russia ukrain turkey. turkish türkiye german france. french britain british england poland. china. chinese
    israel iran. america united_states washington moscow kyiv kiev istanbul ankara london paris. berlin brussels nato.
    europe putin zelensk trump. biden erdogan medinsk umerov lavrov macron starmer witkoff homeland_union
    reuters associated_press afp. tass. interfax ukrinform anadolu bbc. cnn. bloomberg telegram twitter facebook
    euro. euros. dollar rouble hryvnia lira. ceasefire invasion sanction war. army.
    росси росий москв украин киев турци турец стамбул анкар герман франц англи польш китай израил америк сша. вашингтон
    лондон берлин евро. путин зеленск трамп. байден эрдоган мединск умеров лавров рейтер тасс. интерфакс
    рубл гривн доллар война. войны. войну. войной. санкци перемири
    росія. росії. росію. росій україн київ. києв туреч німеч франці польщ ізраїл зеленськ ердоган умєров укрінформ
    війна. війни. війну. долар перемир
    rusya rusça ukrayna almanya fransa ingiltere amerika erdoğan dolar. savaş ateşkes yaptırım
"""
WORDS = tuple(re.escape(word).replace("_", r"\s").replace(r"\.", r"\b") for word in REAL.split())


def _read(name: str) -> dict[str, dict[str, str]]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


ARTICLES = _read("articles.jsonl")
LATER = _read("articles-later.jsonl")
COPIES: dict[str, dict[str, Any]] = {row["id"]: row for row in TRUTH["copies"]}
ORIGINALS = {key: row for key, row in ARTICLES.items() if key not in COPIES}
PLANTS: list[dict[str, Any]] = TRUTH["plants"]


def _round(key: str) -> str:
    name = key.split("-")[1]
    return "between" if name == "b" else f"r{name}"


def _own(row: Row) -> list[str]:
    """Return an article's paragraphs, without its outlet's boilerplate."""
    parts = row["text"].split("\n\n")
    line = TRUTH["boilerplate"].get(row["outlet"])
    assert line is None or parts[-1] == line, row["id"]
    return parts if line is None else parts[:-1]


def _pairs(families: Iterable[Iterable[str]]) -> set[tuple[str, str]]:
    return {pair for family in families for pair in combinations(sorted(family), 2)}


def test_numbers_of_articles() -> None:
    size = TRUTH["size"]
    assert len(ARTICLES) == size["articles"] == 215
    assert len(LATER) == size["versions"] == 6
    assert len(COPIES) == 70
    assert Counter(map(_round, ORIGINALS)) == size["originals_by_round"]
    assert Counter(map(_round, COPIES)) == size["copies_by_round"]
    spoken = {row["outlet"]: row["lang"] for row in ARTICLES.values() if row["id"].split("-")[0] != "TWR"}
    assert Counter(spoken.values()) == size["languages"]
    assert len(spoken) == size["outlets"] == 16
    assert {outlet.name for outlet in PLAN.outlets} == set(spoken)
    assert {key.split("-")[0]: row["outlet"] for key, row in ARTICLES.items()} == TRUTH["outlets"]
    assert all(set(row) == FIELDS for row in [*ARTICLES.values(), *LATER.values()])
    stamps = [row["published"] for row in ARTICLES.values()]
    assert len({stamp[-6:] for stamp in stamps}) == 4, "outlets date their pieces in four offsets"


def test_study_and_claims_agree_with_truth() -> None:
    assert [verdict["claim"] for verdict in TRUTH["verdicts"]] == [claim.id for claim in CLAIMS]
    for verdict, claim in zip(TRUTH["verdicts"], CLAIMS, strict=True):
        assert verdict["hypotheses"] == [hypothesis.id for hypothesis in claim.hypotheses]
    words = {verdict["word"] for verdict in TRUTH["verdicts"]}
    assert len(words) == 8, "each of the eight words is right for one claim"


@pytest.mark.parametrize("key", sorted(COPIES))
def test_a_copy_is_its_original_changed_as_truth_says(key: str) -> None:
    copy, how = ARTICLES[key], COPIES[key]["how"]
    source = ARTICLES[COPIES[key]["of"]]
    theirs, ours = _own(source), _own(copy)
    theirs[0], ours[0] = (DATELINE.sub("", parts[0]) for parts in (theirs, ours))
    assert (ours[-1] in CREDITS) == COPIES[key]["agency_named"]
    kept = math.ceil(0.6 * len(theirs)) if "shortened" in how else len(theirs)
    added = ("local paragraph" in how) + COPIES[key]["agency_named"]
    assert ours[:kept] == theirs[:kept]
    assert len(ours) == kept + added
    assert (copy["title"] != source["title"]) == ("new headline" in how)
    assert copy["published"] != source["published"]


def test_later_versions_differ_as_truth_says() -> None:
    assert {version["id"] for version in TRUTH["versions"]} == set(LATER)
    for version in TRUTH["versions"]:
        first, later = ARTICLES[version["id"]], LATER[version["id"]]
        text = "\n\n".join(_own(first))
        for old, new in version.get("replace", ()):
            assert text.count(old) == 1
            text = text.replace(old, new)
        if "append" in version:
            text += "\n\n" + version["append"]
        assert "\n\n".join(_own(later)) == text
        assert later["title"] == version.get("title", first["title"])
        assert (later["title"] != first["title"]) == ("title" in version["changed"])
        assert version["seen"] > first["published"]


@pytest.mark.parametrize("plant", PLANTS, ids=[plant["id"] for plant in PLANTS])
def test_a_planted_passage_stands_where_truth_says(plant: dict[str, Any]) -> None:
    places = [*plant["articles"], *plant.get("copies", ())]
    assert [key for key in places if ARTICLES[key]["text"].count(plant["text"]) != 1] == []
    assert {key for key, row in ARTICLES.items() if plant["text"] in row["text"]} == set(places)
    gone = plant.get("cut from", [])
    assert set(gone) | set(plant.get("copies", [])) == {
        key for key, copy in COPIES.items() if copy["of"] in plant["articles"]
    }
    assert all(ARTICLES[key]["lang"] == plant["lang"] for key in places)


def test_every_quotation_is_listed_and_stands_once() -> None:
    quotes = TRUTH["quotes"]
    assert set(quotes) == set(ORIGINALS)
    assert sum(map(len, quotes.values())) == TRUTH["size"]["quotations"] == 367
    speakers = {actor.id for actor in PLAN.actors}
    for key, listed in quotes.items():
        text = ARTICLES[key]["text"]
        assert [quote["text"] for quote in listed if text.count(quote["text"]) != 1] == [], key
        assert {q["speaker"] for q in listed if not q["speaker"].startswith("unnamed: ")} <= speakers
    for plant in PLANTS:
        if plant["kind"] == "quote" and plant["speaker"] is not None:
            contents = plant["content"] if isinstance(plant["content"], list) else [plant["content"]]
            for key in plant["articles"]:
                listed = " ".join(quote["text"] for quote in quotes[key])
                assert all(content.strip(".") in listed for content in contents), (plant["id"], key)


def test_no_quotation_mark_is_left_without_a_listed_quotation() -> None:
    ships = r"«(Мартене?|Бри[сі]ск Анн[ау]|Бріск Анна|Мартен)»"
    for key, listed in TRUTH["quotes"].items():
        text = re.sub(ships, lambda match: " " * len(match[0]), ARTICLES[key]["text"])
        for quote in listed:
            at = text.find(quote["text"])
            if at >= 0:
                text = text[:at] + "*" * len(quote["text"]) + text[at + len(quote["text"]) :]
        held = re.findall(r"“([^”]+)”|\"((?:[^\"\n]|\n\n\")+)\"", text)
        left = [part for parts in held for part in parts if len(re.findall(r"[^\W\d_]", part)) > 2 and "*" not in part]
        assert left == (["neutral"] if key == "LH-2-01" else []), key


def test_who_is_named_where() -> None:
    named = TRUTH["named"]
    for who, pattern in NAMES.items():
        found = {key for key, row in ORIGINALS.items() if re.search(pattern, f"{row['title']}\n{row['text']}")}
        expected = set(named[who]) if who in named else set(ORIGINALS) - set(named[f"{who} missing in"])
        assert found == expected, who
    titled = {key for key, row in ORIGINALS.items() if re.search(NAMES["mediator"], row["title"])}
    assert titled == set(named["mediator in headline"])


@pytest.mark.parametrize(
    ("effect", "who", "copies"),
    [
        ("E2", "mediator", "once"),
        ("E2", "mediator", "all"),
        ("E3", "headline", "once"),
        ("E3", "headline", "all"),
        ("E7", "dockers", "once"),
        ("E7", "dockers", "all"),
        ("E8", "castell", "once"),
    ],
)
def test_counted_effects_follow_from_the_texts(effect: str, who: str, copies: str) -> None:
    told = next(item for item in TRUTH["effects"] if item["id"] == effect)["counted"][copies]
    shares: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for key, row in (ARTICLES if copies == "all" else ORIGINALS).items():
        text = row["title"] if who == "headline" else f"{row['title']}\n{row['text']}"
        shares[row["outlet"]][_round(key)].append(bool(re.search(NAMES.get(who, NAMES["mediator"]), text)))
    means = {name: [100 * fmean(of[name]) for of in shares.values()] for name in ("r1", "r2", "r3")}
    changes = [c - (a + b) / 2 for a, b, c in zip(*means.values(), strict=True)]
    assert fmean(changes) == pytest.approx(told["D"], abs=0.51)
    assert stdev(changes) / 4 == pytest.approx(told["se"], abs=0.051)
    for name in set(told) & set(means):
        assert fmean(means[name]) == pytest.approx(told[name], abs=0.51)


def test_nobody_and_nothing_real_is_named() -> None:
    pattern = re.compile(rf"\b(?:{'|'.join(WORDS)})", re.IGNORECASE)
    assert pattern.search("В Росії про це мовчать.") is not None
    assert pattern.search("Reuters reported it.") is not None
    found = [
        (row["id"], match[0])
        for row in [*ARTICLES.values(), *LATER.values()]
        if (match := pattern.search(" ".join(row[field] for field in ("title", "text", "outlet", "author"))))
    ]
    assert found == []
    assert pattern.search((FOLDER / "claims.yaml").read_text(encoding="utf-8")) is None
    assert all(re.search(r"\.example/", row["url"]) for row in ARTICLES.values()), "addresses that can't exist"


def _codes() -> list[dict[str, str]]:
    with (FOLDER / "codes.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _alpha(pairs: Sequence[tuple[float, float]]) -> float:
    """Krippendorff's alpha for two coders who both coded everything, with squared differences."""
    values = [value for pair in pairs for value in pair]
    within = 2 * sum((a - b) ** 2 for a, b in pairs) / len(values)
    among = sum((a - b) ** 2 for a in values for b in values) / (len(values) * (len(values) - 1))
    return 1 - within / among


def test_alpha_of_a_table_done_by_hand() -> None:
    # Values 1, 1, 2, 3: within (0 + 1) * 2 / 4 = 0.5; among 2 * (1 + 4 + 1 + 4 + 1) / 12 = 11 / 6.
    assert _alpha([(1, 1), (2, 3)]) == pytest.approx(1 - 0.5 / (11 / 6))


def test_codes_stand_on_the_texts_and_agree_as_meant() -> None:
    rows, truth = _codes(), TRUTH["codes"]
    assert len(rows) == TRUTH["size"]["codes"] == 400
    assert {row["coder"] for row in rows} == set(truth["coders"])
    assert not any(row["actor"] == "brandel" for row in rows), "H3 is to stay without codes"
    by_unit: dict[str, dict[tuple[str, str], dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        if row["variable"] == "arousal":
            assert ARTICLES[row["doc"]]["text"][int(row["start"]) : int(row["stop"])] == row["text"]
        by_unit[row["variable"]][row["doc"], row["start"]][row["coder"]] = int(row["value"])
    tones = {key: value for value, keys in TRUTH["tone_towards_a_deal"].items() for key in keys}
    true = {
        "arousal": {(doc, str(start)): value for doc, start, value in truth["true_arousal"]},
        "toward": {(doc, ""): tones[doc] for doc, _ in by_unit["toward"]},
    }
    bands = {"arousal": (1, 5, 0.8, 1.0), "toward": (-2, 2, 0.667, 0.8)}
    for name, (lowest, highest, least, most) in bands.items():
        units, about = by_unit[name], truth["variables"][name]
        assert set(units) == set(true[name])
        assert all(lowest <= value <= highest for codes in units.values() for value in codes.values())
        pairs = [(codes["invented-a"], codes["invented-b"]) for codes in units.values()]
        assert least <= _alpha(pairs) < most
        assert _alpha(pairs) == pytest.approx(about["agreement"]["krippendorff interval"], abs=0.001)
        for coder, rates in about["errors"].items():
            exact = fmean(codes[coder] == true[name][unit] for unit, codes in units.items())
            assert exact == pytest.approx(about["exact"][coder], abs=0.001)
            assert abs(exact - rates[0]) < 2.6 * math.sqrt(rates[0] * (1 - rates[0]) / len(units))
            assert sum(rates) == pytest.approx(1)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The example as a stranger runs it: registered, then counts, articles and later versions added."""
    folder = tmp_path_factory.mktemp("harbour") / "harbour"
    shutil.copytree(FOLDER, folder)
    study = Study.open(folder)
    study.preregister()
    study.add()
    first = study.add([folder / "articles.jsonl"])[0]
    later = study.add([folder / "articles-later.jsonl"])[0]
    assert (first.read, first.kept, first.refused) == (215, 215, 0)
    assert (later.read, later.kept, later.refused) == (6, 6, 0)
    study.refresh()
    return study


def _ids(study: Study) -> dict[str, str]:
    rows = study.store.query("SELECT doc_id, native_id FROM documents", {}).to_pylist()
    return {row["doc_id"]: row["native_id"] for row in rows}


def test_versions_and_days(study: Study) -> None:
    changed = study.store.query("SELECT native_id, changed FROM documents WHERE version = 2", {}).to_pylist()
    assert {row["native_id"]: row["changed"] for row in changed} == {
        version["id"]: version["changed"] for version in TRUTH["versions"]
    }
    ids = _ids(study)
    days = {ids[row["doc_id"]]: row["day"] for row in study.store.query("SELECT * FROM articles", {}).to_pylist()}
    assert set(days) == set(ARTICLES)
    assert None not in days.values()
    assert days["AP-1-01"] == date(2023, 3, 12), "late on the 11th in its own zone, the 12th in Corvan"


def test_copies_are_found_and_no_family_is_false(study: Study) -> None:
    ids = _ids(study)
    parents = {row["id"]: row["of"] for row in COPIES.values()}
    parents |= {row["second"]: row["first"] for row in TRUTH["editions"]}
    planted: dict[str, set[str]] = defaultdict(set)
    for key in {*parents, *parents.values()}:
        root = key
        while root in parents:
            root = parents[root]
        planted[root].add(key)
    found: dict[float, dict[str, set[str]]] = {at: defaultdict(set) for at in (0.5, 0.7, 0.9)}
    firsts: set[str] = set()
    for row in study.store.query("SELECT * FROM copies", {}).to_pylist():
        found[row["threshold"]][row["copy_id"]].add(ids[row["doc_id"]])
        if row["threshold"] == 0.7 and row["first_publisher"]:
            firsts.add(ids[row["doc_id"]])
    assert len(_pairs(planted.values())) > 200
    assert _pairs(found[0.7].values()) == _pairs(planted.values())
    for at in (0.5, 0.9):
        assert _pairs(found[at].values()) <= _pairs(planted.values()), "a family is false"
    assert firsts & {key for family in planted.values() for key in family} == set(planted), "who had it first"


def test_boilerplate_is_found_and_nothing_else_is(study: Study) -> None:
    texts = {row["doc_id"]: row for row in study.store.query("SELECT * FROM documents", {}).to_pylist()}
    ids = _ids(study)
    current = {row["doc_id"] for row in study.store.query("SELECT doc_id FROM articles", {}).to_pylist()}
    marked: dict[str, str] = defaultdict(str)
    for row in study.store.query('SELECT * FROM boilerplate ORDER BY doc_id, "start"', {}).to_pylist():
        marked[row["doc_id"]] += " " + texts[row["doc_id"]]["text"][row["start"] : row["stop"]]
    for doc_id in current:
        line = TRUTH["boilerplate"].get(texts[doc_id]["outlet"], "")
        if line:
            assert line in marked[doc_id], ids[doc_id]
        rest = marked[doc_id].replace(line, "").replace(CREDITS[0], "").strip()
        assert rest == "", ids[doc_id]


def test_stopped_feed_and_declared_days(study: Study) -> None:
    doubtful = {(row["outlet"], row["start"]) for row in doubtful_days(study.store).to_pylist()}
    assert doubtful == {("The Lindrath Herald", date(2023, 3, day)) for day in (15, 16, 17)}
    rows = study.store.query("SELECT * FROM completeness WHERE NOT observed", {}).to_pylist()
    assert {(row["outlet"], row["day"], row["declared"]) for row in rows} == {
        ("Korvan Postası", date(2023, 4, day), "unobserved") for day in (24, 25, 26)
    }


def test_rounds_by_day_and_by_reference(study: Study) -> None:
    ids = _ids(study)
    where: dict[str, dict[str, set[str]]] = {"date": defaultdict(set), "reference": defaultdict(set)}
    for row in study.store.query("SELECT * FROM assignments", {}).to_pylist():
        where[row["by"]][row["round"]].add(ids[row["doc_id"]])
    for name in ("r1", "r2", "r3"):
        assert where["date"][name] == {key for key in ARTICLES if _round(key) == name}
    assert where["reference"]["r1"] == {"HG-b-01"}
    assert {key for key in where["reference"]["r2"] if _round(key) != "r2"} == {"LH-3-02"}
    assert {key for key in where["reference"]["r3"] if _round(key) != "r3"} == {"TW-b-02", "HG-b-c1"}
    assert len(where["reference"]["r3"]) > 0.9 * len(where["date"]["r3"])


def test_description_names_the_words_and_people_of_each_round(study: Study) -> None:
    sections = {section.id: section for section in study.describe().sections}
    rows = [row for row in sections["words"].listings[0].rows if row[:2] == ("r1", "en")]
    more = {row[2] for row in rows if isinstance(row[5], float) and row[5] > 0}
    less = {row[2] for row in rows if isinstance(row[5], float) and row[5] < 0}
    expected = next(item for item in TRUTH["effects"] if item["id"] == "E4")["expected"]["keyness"]
    assert set(expected["r1 against r2 and r3"]) <= more
    assert {"papers", "pilotage"} <= less & set(expected["r2 and r3 against r1"])
    quoted = {row[0] for row in sections["names"].listings[0].rows}
    assert {"Noor Castell", "Ossian", "Stradt", "Kestrin"} <= quoted


def test_each_claim_ends_with_its_word_or_waits_for_its_measure(study: Study) -> None:
    expected = {row["claim"]: row for row in TRUTH["verdicts"]}
    audit = study.audit()
    for verdict in audit.verdicts:
        true = expected[verdict.claim.id]
        said = [" ".join(finding.reasons) for finding in verdict.findings]
        waits = all("can't measure" in reasons or "run `tenor annotate`" in reasons for reasons in said)
        assert verdict.word in {true["word"], true.get("without_codes", "")} or (
            waits and verdict.word == "not testable"
        )
    words = {verdict.claim.id: verdict.word for verdict in audit.verdicts}
    assert words["half-as-much"] == "supported"
    assert words["shorter"] == "not testable"
    # By all its words the third round is not less new: its register moves them, though the matter stays.
    novelty = next(item for item in audit.verdicts if item.claim.id == "nothing-new").findings[1]
    assert (novelty.hypothesis.measure, novelty.word) == ("content.novelty", "no meaningful difference")
    estimate = audit.verdicts[0].findings[0].estimate
    assert estimate is not None
    assert estimate.low is not None
    assert estimate.high is not None
    assert estimate.low < 0.5 < estimate.high, "half, as planted"
    ordinary = [window for window in audit.verdicts[0].findings[0].windows if window.kind != "round"]
    volume = next(item for item in TRUTH["effects"] if item["id"] == "E9")["counted"]
    assert len(ordinary) == volume["comparison windows"] == 27


def test_the_report_holds_every_claim(study: Study, tmp_path: Path) -> None:
    page = study.report(tmp_path / "report").read_text(encoding="utf-8")
    assert all(html.escape(claim.quote, quote=False) in html.unescape(page) for claim in CLAIMS)


def test_check_says_no_mistake(
    study: Study, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(study.folder)
    assert run(["check"]) == 0
    assert "13 claims, no mistake found" in capsys.readouterr().out


def test_readme_names_every_file() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    files = {path.name for path in Path(FOLDER).iterdir()} - {"README.md"}
    assert {name for name in files if f"`{name}`" not in text} == set()

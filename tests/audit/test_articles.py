"""From articles to verdicts: counted by hand, cut short, restricted, planned, and every kind of bad corpus."""

from __future__ import annotations

import gzip
import json
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from tenor import registry
from tenor.app.output import plain
from tenor.audit.claims import fingerprint
from tenor.audit.frame import cut
from tenor.model import ArticleSource, Document, Event, Measure, Round, Window
from tenor.results import Audit, Finding
from tests.corpus.press import COMPARISON, QUERIES, ROUNDS, article, claim, day, hypothesis, press

FIRST = date(2024, 1, 1)
STARTS = {"r1": date(2024, 2, 1), "r2": date(2024, 3, 1), "r3": date(2024, 4, 1)}
Counts = dict[tuple[str, int], int]


def world() -> tuple[list[Document], Counts]:
    """Four months of two outlets, five articles about the talks a day, three times as many in the first rounds."""
    generator = np.random.default_rng(11)
    found: list[Document] = []
    counts: Counts = {}
    for outlet in ("a", "b"):
        for at in range(121):
            now = FIRST + timedelta(days=at)
            level = 3 if any(0 <= (now - STARTS[name]).days < 3 for name in ("r1", "r2")) else 1
            counts[outlet, at] = int(generator.poisson(5 * level))
            for number in range(counts[outlet, at] + 2):
                about = "talks" if number < counts[outlet, at] else "weather"
                length = int(generator.integers(1, 6))
                text = " ".join([about, *(f"{outlet}{at}w{number}p{place}" for place in range(length))])
                found.append(article(text, outlet=outlet, at=str(now)))
    return found, counts


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study of `world`, refreshed; to be copied."""
    study = press(tmp_path_factory.mktemp("world") / "s", world()[0])
    study.refresh()
    return study.folder


def asked(made: Path, to: Path, claims: str, **parts: str) -> Audit:
    """Audit claims on a copy of the study of `world`."""
    shutil.copytree(made, to, dirs_exist_ok=True)
    audit = press(to, (), claims=claims, **parts).audit()
    json.dumps(plain(audit), allow_nan=False)
    return audit


def findings(audit: Audit) -> list[Finding]:
    return [item for verdict in audit.verdicts for item in verdict.findings]


def per_day(counts: Counts, name: str, outlets: Sequence[str] = ("a", "b"), days: Sequence[int] = (0, 1, 2)) -> float:
    first = (STARTS[name] - FIRST).days
    return sum(counts[outlet, first + at] for outlet in outlets for at in days) / (len(outlets) * len(days))


def ratio(counts: Counts, outlets: Sequence[str] = ("a", "b"), days: Sequence[int] = (0, 1, 2)) -> float:
    one, two, three = (per_day(counts, name, outlets, days) for name in STARTS)
    return three / ((one + two) / 2)


def test_rates_and_shares_are_those_counted_by_hand(made: Path, tmp_path: Path) -> None:
    _, counts = world()
    claims = claim(
        hypothesis(),
        hypothesis("volume.share"),
        hypothesis(rest="outlets: [b], population: these outlets"),
        hypothesis(rest="outlets: [a, typo]"),
        hypothesis(query=None),
        hypothesis("volume.share", query=None),
        hypothesis("volume.words", relation="equivalent"),
    )
    rate, share, ours, typo, every, whole, words = findings(asked(made, tmp_path, claims))
    assert rate.estimate is not None
    assert rate.estimate.value == pytest.approx(ratio(counts))
    assert rate.word in ("supported", "right direction, size not established")
    assert [item.value for item in rate.windows[:3]] == pytest.approx([per_day(counts, f"r{at}") for at in (3, 1, 2)])
    assert {item.observed for item in rate.windows} == {1.0}
    assert share.windows[0].value == pytest.approx(per_day(counts, "r3") / (per_day(counts, "r3") + 2))
    assert ours.estimate is not None
    assert ours.estimate.value == pytest.approx(ratio(counts, "b"))
    assert ours.estimate.population == "these outlets"
    assert "Population: these outlets (b) in other such stretches of time" in ours.sentence
    assert "In b, the number of articles per outlet-day, per round, is smaller for the third round" in ours.reading
    assert typo.word == "not testable"
    assert "nothing is stored of typo" in typo.reasons
    assert every.windows[0].value == pytest.approx(per_day(counts, "r3") + 2)
    assert (whole.word, whole.reasons) == (
        "not testable",
        ("without a query every article counts, so the share is always 100 %",),
    )
    lengths = [
        len(item.text.split())
        for item in world()[0]
        if item.text.startswith("talks") and item.published and 0 <= (item.published.date() - STARTS["r3"]).days < 3
    ]
    assert (words.windows[0].num, words.windows[0].den) == (sum(lengths), len(lengths))
    assert "words per article" in words.reading
    axes = {axis for item in rate.specifications for axis, _ in item.choices}
    assert axes == {"window", "baseline", "exposure", "pooling", "copies"}


def test_a_family_counts_once(tmp_path: Path) -> None:
    """A text of 31 March comes again on 1 and 2 April: once in all, or once among the two who gave it in April."""
    long = " ".join(f"word{number}" for number in range(40))
    documents = [
        *(article(f"one{at} talks", outlet=name, at=f"2024-0{at}-01") for at in (1, 2, 3, 4) for name in "abc"),
        article(f"{long} talks", outlet="a", at="2024-03-31"),
        article(f"{long} talks", outlet="b", at="2024-04-01"),
        article(f"{long} talks", outlet="c", at="2024-04-02"),
        article("the end", outlet="a", at="2024-04-30"),
    ]
    documents = [item for item in documents if not (item.outlet in "bc" and item.text.startswith("one"))]
    study = press(tmp_path, documents)
    three = study.measure("volume.rate", query="talks").rounds[2]
    assert three.num == 1
    claims = claim(
        hypothesis(rest="copies: all"),
        hypothesis(),
        hypothesis(rest="outlets: [b, c]"),
        hypothesis("volume.share", rest="outlets: [b, c]"),
    )
    found = findings(press(tmp_path, claims=claims).audit())
    assert [item.windows[0].num for item in found] == [3, 1, 1, 1]
    assert found[3].windows[0].den == 1


def test_of_a_round_after_the_last_article_nothing_is_known(made: Path, tmp_path: Path) -> None:
    rounds = ROUNDS.replace("date: 2024-04-01", "date: 2024-06-01")
    (found,) = findings(asked(made, tmp_path, claim(hypothesis()), rounds=rounds))
    assert found.word == "not testable"
    assert found.windows[0].observed == 0
    assert found.windows[0].value is None
    assert found.reasons[0] == (
        "the window of the third round (2024-06-01 to 2024-06-03) is 0% observed: "
        "what is stored is of 2024-01-01 to 2024-04-30"
    )
    assert not any("comparison windows" in reason for reason in found.reasons)


def test_rounds_with_queries_of_their_own(made: Path, tmp_path: Path) -> None:
    rounds = ROUNDS.replace("date: 2024-04-01", "date: 2024-04-01, query: none")
    rounds = rounds.replace("-01, cues", "-01, query: talks, cues", 2)
    queries = QUERIES + "  - {id: none, any: [absent]}\n"
    claims = claim(hypothesis(query=None), hypothesis("volume.words", query=None))
    rate, words = findings(asked(made, tmp_path, claims, rounds=rounds, queries=queries))
    assert (rate.word, rate.windows[0].value) == ("not testable", 0)
    assert any("different queries" in reason for reason in rate.reasons)
    assert any("no denominator: a piece is missing" in reason for reason in words.reasons)


def test_an_early_claim_is_the_same_claim_with_a_shorter_window(made: Path, tmp_path: Path) -> None:
    _, counts = world()
    (early,) = findings(asked(made, tmp_path / "early", claim(hypothesis(), as_of="2024-04-02")))
    left_out = ", ".join(
        f"{{from: {start + timedelta(days=2)}, to: {start + timedelta(days=2)}, why: cut}}" for start in STARTS.values()
    )
    comparison = COMPARISON.replace("04-30}", f"04-30, excluded: [{left_out}]}}")
    short = "{from: 0, to: 1, unit: day}"
    (other,) = findings(asked(made, tmp_path / "short", claim(hypothesis()), window=short, comparison=comparison))
    assert early.estimate is not None
    assert early.estimate == other.estimate
    assert early.estimate.value == pytest.approx(ratio(counts, days=(0, 1)))
    assert early.word == other.word
    assert "Every round is cut to 2 of 3 days, because on 2024-04-02 no more had passed." in early.sentence
    late, before = (
        findings(asked(made, tmp_path / as_of, claim(hypothesis(), as_of=as_of)))[0]
        for as_of in ("2024-04-03", "2024-03-31")
    )
    assert late.estimate is not None
    assert late.estimate.value == pytest.approx(ratio(counts))
    assert "cut" not in late.sentence
    assert (before.word, before.reasons) == (
        "not testable",
        ("the third round lies after 2024-03-31, the last day the speaker could know",),
    )


@pytest.mark.parametrize(
    ("window", "as_of", "found"),
    [
        ((-1, 5, "day"), "2025-07-21", "the third round lies after 2025-07-21"),
        ((-1, 5, "day"), "2025-07-22", (-1, -1)),
        ((-1, 5, "day"), "2025-07-27", (-1, 4)),
        ((-1, 5, "day"), "2025-07-28", (-1, 5)),
        ((-1, 5, "day"), "2025-12-01", (-1, 5)),
        # The third round is on a Wednesday; its week begins on 2025-07-21.
        ((0, 1, "week"), "2025-07-26", "on 2025-07-26 not one whole week of the third round had passed"),
        ((0, 1, "week"), "2025-07-27", (0, 0)),
        ((0, 1, "week"), "2025-08-02", (0, 0)),
        ((0, 1, "week"), "2025-08-03", (0, 1)),
    ],
)
def test_cut(window: tuple[int, int, str], as_of: str, found: object) -> None:
    start, stop, unit = window
    whole = Window(start=start, stop=stop, unit="week" if unit == "week" else "day")
    event = Event(title="talks", timezone="UTC", window=whole)
    rounds = [
        Round(id=f"r{at}", label=label, date=day(when))
        for at, (label, when) in enumerate([("the third round", "2025-07-23"), ("the first round", "2025-05-16")])
    ]
    for order in (rounds, rounds[::-1]):
        left, why = cut(whole, order, event, day(as_of))
        if isinstance(found, str):
            assert why.startswith(found)
        else:
            assert (left.start, left.stop, why) == (*found, "")  # type: ignore[misc]


def test_a_measure_that_is_only_planned(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(made, tmp_path / "s")
    tone = hypothesis("frames.share", margin="at least 5 points less")
    study = press(tmp_path / "s", claims=claim(tone))
    study.preregister()
    (found,) = findings(study.audit())
    assert found.word == "not testable"
    assert found.sentence == "This version of tenor can't measure frames.share yet."
    assert "self-declared" in found.registration
    (item,) = study.claims()[0].hypotheses
    before = fingerprint(item, study.plan)
    rate = registry.measure_named("volume.words")
    appeared = Measure(**{name: getattr(rate, name) for name in rate.__slots__} | {"name": "frames.share"})
    known = {**registry.measures(), "frames.share": appeared}
    for module in ("tenor.registry", "tenor.audit.claims"):
        monkeypatch.setattr(f"{module}.measures", lambda: known)
    assert fingerprint(item, study.plan) == before


# --- bad corpora -----------------------------------------------------------------------------------


def lines(items: Iterator[dict[str, str]] | Sequence[dict[str, str]]) -> str:
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


def records(days: Sequence[date], text: str, outlet: str = "a", lang: str = "en") -> list[dict[str, str]]:
    """Two articles a day; {} in the text is a number of its own."""
    return [
        {
            "title": f"Title {at}-{number}",
            "text": text.format(f"{at}x{number}"),
            "date": str(now),
            "source": outlet,
            "lang": lang,
        }
        for at, now in enumerate(days)
        for number in range(2 + at % 3)
    ]


DAYS = [FIRST + timedelta(days=at) for at in range(121)]
COPY = " ".join(f"word{number}" for number in range(40)) + " talks"
ROUND_3 = range((STARTS["r3"] - FIRST).days, (STARTS["r3"] - FIRST).days + 3)
WITHOUT = [now for at, now in enumerate(DAYS) if at not in ROUND_3]
# All of one outlet.
BAD = {
    "one day": (records(DAYS[:1], "the talks {}"), "is 0% observed: what is stored is of 2024-01-01"),
    "a round without documents": (records(WITHOUT, "the talks {} went on"), ""),
    "all copies": (records(DAYS, COPY), ""),
    "three words": (records(DAYS, "peace talks {}"), ""),
    "headlines only": (records(DAYS, ""), "the articles have no text besides their headlines"),
    "undated": ([item | {"date": ""} for item in records(DAYS[:9], "the talks {}")], "and no articles with a day"),
    "nothing about it": (records(DAYS, "the weather {} was fine"), ""),
    "hostile": (records(DAYS, "talks {} =1+1 <script>\u202e '); DROP TABLE x; -- \x07 😀", lang=""), ""),
}


@pytest.mark.parametrize("name", BAD)
def test_any_corpus_gets_a_sentence(tmp_path: Path, name: str) -> None:
    items, reason = BAD[name]
    every = [hypothesis(f"volume.{name}") for name in ("rate", "share", "words")]
    every.append(hypothesis(relation="equivalent", rest="secondary: true"))
    study = press(tmp_path, claims=claim(*every))
    (tmp_path / "press.jsonl").write_text(lines(items), encoding="utf-8")
    (report,) = study.add([tmp_path / "press.jsonl"])
    assert report.kept > 0
    audit = study.audit()
    assert "NaN" not in json.dumps(plain(audit), allow_nan=False)
    found = findings(audit)
    assert all(item.sentence and item.sentence.endswith(".") for item in found)
    assert not any(word in item.sentence for item in found for word in ("nan", "None", "inf "))
    assert all(item.word != "not testable" or item.reasons for item in found)
    assert not reason or any(reason in said for item in found for said in item.reasons)
    study.rounds()
    study.copies()


def test_equal_lengths_have_no_spread(tmp_path: Path) -> None:
    study = press(tmp_path, claims=claim(hypothesis("volume.words")))
    (tmp_path / "press.jsonl").write_text(lines(records(DAYS, "peace talks {}")), encoding="utf-8")
    study.add([tmp_path / "press.jsonl"])
    (found,) = findings(study.audit())
    assert (found.word, found.reasons) == (
        "not testable",
        ("all comparison windows are alike, so there is no spread to judge by",),
    )
    assert "3.00 against 3.00" in found.sentence


@pytest.mark.slow
def test_a_family_of_ten_thousand(tmp_path: Path) -> None:
    documents = [article(COPY, outlet=f"o{at % 50}", title=f"n{at}", at=str(DAYS[at % 121])) for at in range(10_000)]
    study = press(tmp_path, documents, claims=claim(hypothesis()))
    counted = study.refresh().query("SELECT count(*) AS n, count(DISTINCT copy_id) AS f FROM articles", {}).to_pylist()
    assert counted == [{"n": 10_000, "f": 1}]
    json.dumps(plain(study.audit()), allow_nan=False)


# --- real ------------------------------------------------------------------------------------------

ISTANBUL = """\
rounds:
  - {id: r1, label: the first round, date: 2025-05-16}
  - {id: r2, label: the second round, date: 2025-06-02}
  - {id: r3, label: the third round, date: 2025-07-23}
"""
TALKS = "queries:\n  - {id: talks, any: [Istanbul, Стамбул*, negotiat*, переговор*, peace talks]}\n"
TELEGRAM = ("mfa-telegram", "mod-telegram")


@pytest.mark.slow
def test_russian_state_media(tenor_data: Path, tmp_path: Path) -> None:
    claims = claim(hypothesis(), hypothesis(rest=f"outlets: [{', '.join(TELEGRAM)}], population: these outlets"))
    study = press(
        tmp_path,
        zone="Europe/Istanbul",
        window="{from: -1, to: 5, unit: day}",
        rounds=ISTANBUL,
        queries=TALKS,
        comparison="comparison: {from: 2025-02-01, to: 2025-12-31}\n",
        claims=claims,
    )
    source = tenor_data / "ru_state_media" / "corpus.jsonl.gz"
    study.add([source], how=ArticleSource(path="", columns=(("title", "text"),)))
    audit = study.audit()
    json.dumps(plain(audit), allow_nan=False)
    every, telegram = findings(audit)
    assert every.word == "not testable"
    reasons = " ".join(every.reasons)
    for outlet in ("1tv.ru", "rt.com", "tass.com"):
        assert outlet in reasons, reasons
    assert telegram.word != "not testable", telegram.reasons
    assert "these outlets (mfa-telegram and mod-telegram)" in telegram.sentence
    assert telegram.estimate is not None
    assert telegram.estimate.value == pytest.approx(by_hand(source))


def by_hand(source: Path) -> float:
    """Count the posts of the two channels whose text holds a word of the query, each different text once."""
    import re

    wanted = re.compile(r"\bistanbul\b|\bстамбул|\bnegotiat|\bпереговор|\bpeace\W+talks\b", re.IGNORECASE)
    first: dict[str, str] = {}
    with gzip.open(source, "rt", encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            if row["source"] in TELEGRAM and row["date"] and wanted.search(row["text"]):
                first[row["text"]] = min(row["date"][:10], first.get(row["text"], "9"))
    days = Counter(first.values())

    def pieces(start: str) -> int:
        return sum(days[str(date.fromisoformat(start) + timedelta(days=at))] for at in range(-1, 6))

    return pieces("2025-07-23") / ((pieces("2025-05-16") + pieces("2025-06-02")) / 2)

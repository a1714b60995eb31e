"""A description made by hand: every part of the page has something to show, and somebody tries to break it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from tenor.described import Description, Listing, Observed, Passage, Section
from tenor.model import Event, Plan, Round, Stretch, Window
from tenor.results import Manifest

HOSTILE_TAG = "<script>alert(1)</script>"
HOSTILE_MARK = "</mark><script>alert(2)</script>"
HOSTILE_FORMULA = '=HYPERLINK("http://x")'
# Looks like an attribute; as text it is none.
HOSTILE_NAME = f'{HOSTILE_TAG} " id=x onload=y'
OVERRIDE = "\u202e"
START = date(2023, 9, 4)
WEEK = timedelta(days=7)
WEEKS = 60
# Name, usual pieces a week.
OUTLETS = (
    ("Reuters", 140),
    ("Anadolu Ajansı", 96),
    ("Українська правда", 71),
    ("Коммерсантъ", 64),
    ("Hürriyet", 40),
    ("Cumhuriyet", 35),
    ("Новая газета Европа — редакция в изгнании", 21),
    ("The Daily Sample", 14),
    (HOSTILE_NAME, 12),
    ("Diken", 7),
    ("Şalom", 2),
    ("Вечерняя Анкара", 0),
)

PLAN = Plan(
    id="talks",
    title="Three rounds of talks in İstanbul",
    event=Event(title="Talks", timezone="Europe/Istanbul", window=Window(start=-1, stop=9, unit="day")),
    rounds=(
        Round(id="r1", label="first round", date=date(2023, 11, 15)),
        Round(id="r2", label="second round", date=date(2024, 4, 10)),
        Round(id="r3", label="third round", date=date(2024, 8, 21)),
    ),
    comparison=None,
    sources=(),
    file="tenor.yaml",
    sha256="3f" * 32,
)

MANIFEST = Manifest(
    tenor="0.1.0",
    libraries=(("altair", "6.3.0"), ("duckdb", "2.0.0")),
    inputs=(("press/reuters.csv", "9a" * 32), (HOSTILE_FORMULA, "0b" * 32)),
    looked_at=(),
    settings=(("copies at least", "0.5"),),
)


def week(number: int) -> Stretch:
    """Return a week of the sample."""
    return Stretch(start=START + number * WEEK, stop=START + (number + 1) * WEEK)


def flows() -> tuple[Observed, ...]:
    """Return 12 outlets in 60 weeks: true silence, declared gaps, a sample of always the same size, rounds."""
    return tuple(_flow(place, number) for place in range(len(OUTLETS)) for number in range(WEEKS))


def _flow(place: int, number: int) -> Observed:
    name, usual = OUTLETS[place]
    pieces = usual * (70 + (number * 37 + place * 17) % 61) // 100
    if number in {10, 31, 50} and usual > 10:
        pieces *= 3
    observed, why = 7, ""
    if name == "Diken" and 24 <= number < 31:
        observed, pieces, why = 0, 0, "the archive was offline"
    if name == "Коммерсантъ" and number in {12, 13, 40}:
        observed, why = 3, f"only part of the week was read {HOSTILE_TAG}"
        pieces = pieces * 3 // 7
    if name == "Cumhuriyet" and number in {20, 21, 44}:
        pieces = 0
    if name == "Hürriyet" and number >= 54:
        observed, pieces, why = 0, 0, "after the last day of the export"
    if name == "The Daily Sample":
        pieces = usual
    if name == "Şalom":
        pieces = number % 3
    if name == "Вечерняя Анкара":
        pieces = int(number in {10, 50})
    return Observed(outlet=name, stretch=week(number), pieces=pieces, observed=observed, why=why)


MARKED = ("third round of talks", "третий раунд переговоров", "ikinci tur görüşmeler", HOSTILE_MARK, "סבב שלישי")


def _passages() -> Iterator[Passage]:
    texts = (
        "The delegations met on Wednesday for a third round of talks in Istanbul. Neither side expects much.",
        "В Стамбуле завершился третий раунд переговоров. Стороны описали его как «рабочий».",
        "İstanbul'da yapılan ikinci tur görüşmeler üç saat sürdü; heyetler açıklama yapmadı.",
        f"Before {HOSTILE_MARK} and {OVERRIDE}reversed{HOSTILE_TAG} after",
        "סבב שלישי של שיחות נערך באיסטנבול.",
    )
    about = (
        ("Reuters", date(2024, 8, 21), "Delegations meet again in Istanbul", "https://example.org/world/3?a=1&b=2"),
        ("Коммерсантъ", date(2024, 8, 22), "О третьем раунде писали скупо", "javascript:alert(3)"),
        ("Anadolu Ajansı", date(2024, 4, 10), "Üçüncü tur değil, ikinci tur", "data:text/html,<b>x</b>"),
        (HOSTILE_NAME, None, f"{HOSTILE_MARK} {OVERRIDE}txt.exe", 'https://example.org/"onmouseover="alert(4)'),
        ("שלום", date(2024, 8, 23), "סבב שלישי של שיחות באיסטנבול", "http://example.net/3"),
    )
    labels = ("cue for r3: third round", "cue for r3: третий раунд", "cue for r2: ikinci tur", f"cue {HOSTILE_TAG}", "")
    for n, (outlet, day, title, url) in enumerate(about):
        start = texts[n].index(MARKED[n])
        yield Passage(doc_id=f"d{n}", outlet=outlet, day=day, title=title, text=texts[n], start=start,
                      stop=start + len(MARKED[n]), url=url, about=labels[n])  # fmt: skip


PASSAGES = tuple(_passages())


def _here() -> Section:
    return Section(
        id="here",
        title="What is here",
        sentences=(
            "In these 32,108 articles are 12 outlets and 3 languages, from 2023-09-04 to 2024-10-27.",
            "In these 32,108 articles 61 % of the pieces are from the 3 largest outlets.",
        ),
        listings=(
            Listing(
                name="outlets", title="Outlets", columns=("outlet", "articles", "share", "first", "last", "dated"),
                rows=tuple((name, usual * 58, usual / 502, START, date(2024, 10, 27), usual > 1)
                           for name, usual in OUTLETS),
            ),
            Listing(name="languages", title="Languages", columns=("language", "articles"),
                    rows=(("en", 12_871), ("ru", 9_004), ("tr", 7_998))),
            Listing(name="refused", title="Records that were refused", columns=("place", "why"), rows=()),
        ),
    )  # fmt: skip


def _copies() -> Section:
    return Section(
        id="copies",
        title="Copies",
        sentences=("In these 32,108 articles 2,118 are near-copies of another one, in 640 families.",),
        listings=(
            Listing(name="families", title="The largest families of copies",
                    columns=("first publisher", "day", "outlets", "title"),
                    rows=(("Reuters", date(2024, 8, 21), 9, "Delegations meet again in Istanbul"),
                          (HOSTILE_FORMULA, None, 4, f"{OVERRIDE}gnihton"))),
        ),
    )  # fmt: skip


def sections() -> tuple[Section, ...]:
    """Return the sections of the sample."""
    return (
        _here(),
        _copies(),
        Section(
            id="completeness",
            title="Who was observed when",
            sentences=("In these 32,108 articles “The Daily Sample” has the same number each week: a sample?",),
        ),
        Section(
            id="rounds",
            title="Rounds",
            sentences=("In these 32,108 articles 412 name the third round; 37 of them lie outside its days.",),
            passages=PASSAGES,
        ),
        Section(
            id="words",
            title="Words of each round",
            sentences=("In these 32,108 articles the words that set the third round apart are listed below.",),
            listings=(
                Listing(name="words", title="Words of the third round", columns=("word", "here", "else", "log odds"),
                        rows=tuple((f"{word}{n}", 40 - n, n, round(2.9 - n / 10, 3))
                                   for n in range(8) for word in ("round", "раунд", "görüşme"))),
            ),
        ),
        Section(id="names", title="Names",
                sentences=("In these 32,108 articles no actor of the study is named; the study lists none.",)),
        Section(id="first-uses", title="First uses",
                sentences=("In these 32,108 articles “breakthrough” is first used on 2023-11-15 by Reuters.",),
                passages=PASSAGES[:1]),
    )  # fmt: skip


def description() -> Description:
    """Return the description."""
    return Description(
        plan=PLAN, articles=sum(item.pieces for item in flows()), sections=sections(), flows=flows(), manifest=MANIFEST
    )


def empty() -> Description:
    """Return the description of a study without an article."""
    return Description(plan=PLAN, articles=0, sections=(), flows=(), manifest=MANIFEST)


def least() -> Description:
    """Return one outlet on one day."""
    day = Stretch(start=date(2024, 8, 21), stop=date(2024, 8, 22))
    one = Observed(outlet="Diken", stretch=day, pieces=1, observed=1, why="")
    section = Section(id="here", title="What is here", sentences=("In this one article is one outlet.",))
    return Description(plan=PLAN, articles=1, sections=(section,), flows=(one,), manifest=MANIFEST)


def crowded() -> Description:
    """Return 200 outlets in 120 weeks, 30 rounds, texts of a million letters, and too many passages."""
    rounds = tuple(
        Round(id=f"r{n}", label=f"The {n + 1}. round of talks in İstanbul", date=START + 4 * n * WEEK)
        for n in range(30)
    )
    event = replace(PLAN.event, window=Window(start=0, stop=2, unit="day"))
    long = "Ж" * 1_000_000
    passages = (
        Passage(doc_id="l", outlet=long, day=START, title=long, text=long, start=400_000, stop=800_000,
                url=f"https://example.org/{long}", about=long),
        *(replace(PASSAGES[n % 5], doc_id=str(n)) for n in range(120)),
    )  # fmt: skip
    tangled = "z" + "\u0301" * 5000
    section = Section(
        id="here", title="What is here", sentences=(f"In these 9 articles is one title: “{long}”.",),
        listings=(Listing(name="titles", title=long, columns=("title", "n", long), rows=((long, 1, tangled),)),
                  Listing(name="many", title="Many", columns=("title", "n"),
                          rows=tuple((f"title {n} " + "о" * 60, n) for n in range(5000)))),
        passages=passages,
    )  # fmt: skip
    return Description(
        plan=replace(PLAN, title=long, event=event, rounds=rounds), articles=900_000, sections=(section,),
        flows=tuple(_crowd()), manifest=MANIFEST,
    )  # fmt: skip


def _crowd() -> Iterator[Observed]:
    for place in range(200):
        name = f"{place}. {'Gazete ' * (place % 9)}Ж{'w' * 5000 if place == 3 else ''}"
        for number in range(120):
            observed = 0 if (number + place) % 41 == 0 else 5 if (number + place) % 29 == 0 else 7
            pieces = (200 - place) * ((number * 7 + place) % 13) // 9 if observed else 0
            why = "" if observed == 7 else "not read"
            yield Observed(outlet=name, stretch=week(number), pieces=pieces, observed=observed, why=why)

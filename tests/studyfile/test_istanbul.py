"""The Istanbul example: it loads, asks the ten hypotheses, and finds rounds and names in four languages."""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from tenor.audit.frame import cut, packed
from tenor.corpus.phrases import finder, fold
from tenor.corpus.rounds import cue_finders
from tenor.errors import MissingInput
from tenor.model import Claim, Hypothesis, Plan
from tenor.study import Study
from tenor.studyfile import read_claims, read_study, round_stretch
from tenor.testing import example_folder

FOLDER = example_folder("istanbul")
PLAN: Plan = read_study(FOLDER / "tenor.yaml")
CLAIMS: tuple[Claim, ...] = read_claims(FOLDER / "claims.yaml", PLAN)
LANGUAGES = ("en", "ru", "uk", "tr")
THE_DAY_AFTER = date(2025, 7, 24)

# Language, sentence, the rounds it refers to, the actors it names; all written for this test.
SENTENCES = [
    ("en", "A third round of talks ended in Istanbul within the hour, Umerov said.", "r3", "umerov"),
    ("en", "The first direct talks since 2022 produced a swap; Trump’s envoy stayed away.", "r1", "trump"),
    (
        "en",
        "Before the second round of direct negotiations Russia's delegation named Medinsky.",
        "r2",
        "russia medinsky",
    ),
    ("en", "Unlike the first round of talks, the Istanbul talks on July 23 drew few cameras.", "r1 r3", ""),
    ("en", "The U.S. and Turkey welcomed a second round of Russia-Ukraine talks.", "r2", "usa turkiye russia ukraine"),
    ("en", "He won the second round of the presidential election in Poland.", "", ""),
    ("en", "Brussels prepares a third round of sanctions; they trust us, said one diplomat.", "", ""),
    ("en", "In the first round of the draft the Tuesday talks in Istanbul were no topic.", "", ""),
    ("en", "The skier fell at the trumpet-shaped ramp and left Ankara on Thursday.", "", ""),
    ("en", "Zelenskyy met Erdogan and Hakan Fidan; Putin did not come.", "", "zelensky erdogan fidan putin"),
    ("ru", "После третьего раунда переговоров Мединским были названы цифры.", "r3", "medinsky"),
    ("ru", "Первые прямые переговоры за три года прошли без Путина и Зеленского.", "r1", "putin zelensky"),
    ("ru", "Первые за три года прямые переговоры начались позже, чем обещали Трампу.", "r1", "trump"),
    ("ru", "Стороны готовятся ко второму раунду прямых переговоров, сообщили Умерову.", "r2", "umerov"),
    ("ru", "На переговорах в Стамбуле 23 июля Украину и Россию разделял стол.", "r3", "ukraine russia"),
    ("ru", "Вторым раундом российско-украинских переговоров довольны в Турции и США.", "r2", "turkiye usa"),
    ("ru", "Во вторник раунд переговоров о тарифах отложили.", "", ""),
    ("ru", "Спортсмены испытали трамплин, Трамплина хватило не всем.", "", ""),
    ("ru", "Третий раунд санкций обсудят в Брюсселе, второй тур выборов назначен.", "", ""),
    ("ru", "Россиянин и украинка сыграли второй раунд турнира в путинках.", "", ""),
    ("ru", "Елена Зеленская выступила в Соединенных Штатах.", "", "usa"),
    ("ru", "Хаканом Фиданом и Эрдоганом принята делегация.", "", "fidan erdogan"),
    ("uk", "Третій раунд переговорів у Стамбулі тривав годину, розповів Умєров.", "r3", "umerov"),
    ("uk", "Перед третім раундом перемовин Україна передала Росії список.", "r3", "ukraine russia"),
    ("uk", "Перші прямі переговори з 2022 року завершилися обміном, заявив Зеленський.", "r1", "zelensky"),
    ("uk", "Під час другого раунду перемовин Мединському віддали меморандум.", "r2", "medinsky"),
    ("uk", "На перемовинах у Стамбулі 2 червня Трампові не телефонували.", "r2", "trump"),
    ("uk", "Туреччина назвала перший раунд переговорів корисним для США.", "r1", "turkiye usa"),
    ("uk", "Другий тур президентських виборів відбудеться в неділю.", "", ""),
    ("uk", "Третій раунд санкцій готують до вівторка, росіяни протестують.", "", ""),
    ("uk", "На трамплінах тренувалися українці та українки.", "", ""),
    ("uk", "Ердоганові й Путіну запропонували зустріч із Хаканом Фіданом.", "", "erdogan putin fidan"),
    ("tr", "Rusya ile Ukrayna arasındaki görüşmelerin üçüncü turu bir saat sürdü.", "r3", "russia ukraine"),
    ("tr", "ÜÇÜNCÜ TUR MÜZAKERELER İSTANBUL’DA: TRUMP'IN ELÇİSİ YOK", "r3", "trump"),
    ("tr", "Üç yıl sonra ilk doğrudan görüşmeler Erdoğan'ın daveti üzerine yapıldı.", "r1", "erdogan"),
    ("tr", "İkinci tur görüşmelerde Umerov ile Medinskiy'nin masası aynıydı.", "r2", "umerov medinsky"),
    ("tr", "Müzakerelerin ikinci turundan sonra Zelenskiy’nin açıklaması beklendi.", "r2", "zelensky"),
    ("tr", "23 Temmuz'daki görüşmelerde Putin'e mektup verilmedi.", "r3", "putin"),
    ("tr", "Cumhurbaşkanlığı seçiminin ikinci turu pazar günü; ikinci tura iki aday kaldı.", "", ""),
    ("tr", "Üçüncü tur yaptırımlar görüşülüyor.", "", ""),
    ("tr", "Müzakerelerde üçüncü Türkiye planı yok, fidan dikme günü var.", "", "turkiye"),
    ("tr", "Hakan Fidan ABD'ye gitti, Türkiye'nin önerisini götürdü.", "", "fidan usa turkiye"),
]

QUERY = [
    ("Istanbul talks end without a truce", True),
    ("Russia–Ukraine talks resume", True),
    ("В ходе стамбульских переговоров обменялись списками", True),
    ("Переговоры между Россией и Украиной продолжатся", True),
    ("Перемовини з РФ відбулися, делегації України та РФ поїхали", True),
    ("İstanbul'daki görüşmelerde takas kararı", True),
    ("Rus ve Ukrayna heyetleri İstanbul'da", True),
    ("Iran's nuclear program was the subject of talks in Istanbul with three European states", False),
    ("Переговоры в Стамбуле о ядерной программе Ирана", False),
    ("İran'ın nükleer programı için İstanbul'daki görüşmeler", False),
    ("Tariff talks in Geneva", False),
    ("Переговоры о тарифах в Женеве", False),
    ("Istanbul prepares for its marathon; wage talks stall", False),
]


def rounds_in(lang: str, text: str) -> set[str]:
    return {name for name, cues in cue_finders(PLAN, lang) if cues.first(fold(text))}


def actors_in(lang: str, text: str) -> set[str]:
    aliases = {actor.id: dict(actor.aliases)[lang] for actor in PLAN.actors}
    return {name for name, phrases in aliases.items() if finder(phrases).first(fold(text))}


def hypotheses() -> dict[str, Hypothesis]:
    return {item.id: item for claim in CLAIMS for item in claim.hypotheses}


@pytest.mark.parametrize(("lang", "text", "rounds", "actors"), SENTENCES)
def test_a_sentence_names_these_rounds_and_actors_and_no_others(lang: str, text: str, rounds: str, actors: str) -> None:
    assert rounds_in(lang, text) == set(rounds.split())
    assert actors_in(lang, text) == set(actors.split())


def test_there_are_enough_sentences() -> None:
    for lang in LANGUAGES:
        own = [item for item in SENTENCES if item[0] == lang]
        assert len(own) >= 8
        assert {name for item in own for name in item[2].split()} == {"r1", "r2", "r3"}
        assert any(not item[2] and not item[3] for item in own)
    assert {name for item in SENTENCES for name in item[3].split()} == {actor.id for actor in PLAN.actors}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_cue_finds_itself_and_no_other_round(lang: str) -> None:
    for item in PLAN.rounds:
        cues = dict(item.cues)[lang]
        assert len(cues) == len({fold(cue) for cue in cues}), "a cue is written twice"
        for cue in cues:
            assert rounds_in(lang, f"«{cue.replace('*', '').upper()}»") == {item.id}, cue


@pytest.mark.parametrize(
    ("lang", "ordinals"),
    [
        ("en", r"first|second|third"),
        ("ru", r"перв\*|втор(ой|ого|ому|ым|ом|ых|ые|ыми)(?= )|трет\*"),
        ("uk", r"перш\*|друг\*|трет\*"),
        ("tr", r"birinci|ikinci|üçüncü"),
    ],
)
def test_no_round_is_easier_to_recognise_than_another(lang: str, ordinals: str) -> None:
    days = r"\b\d+ \w+|\b(May|June|July) \d+"
    first, second, third = (
        {re.sub(days, "DAY", re.sub(ordinals, "NTH", cue)).replace("'ta", "'da") for cue in dict(item.cues)[lang]}
        for item in PLAN.rounds
    )
    assert second == third
    assert second <= first


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_alias_finds_itself_and_no_other_actor(lang: str) -> None:
    for actor in PLAN.actors:
        aliases = dict(actor.aliases)[lang]
        assert len(aliases) == len({fold(alias) for alias in aliases}), "an alias is written twice"
        for alias in aliases:
            assert actors_in(lang, f"({alias.replace('*', '')})") == {actor.id}, alias


@pytest.mark.parametrize("ending", ["'ın", "’a", "'dan", "’la"])
def test_a_turkish_suffix_after_an_apostrophe_needs_no_form(ending: str) -> None:
    assert actors_in("tr", f"Trump{ending} görüştü") == {"trump"}
    assert actors_in("tr", "Trumpet çaldı") == set()


@pytest.mark.parametrize(("text", "about"), QUERY)
def test_the_query_picks_the_talks(text: str, about: bool) -> None:
    (query,) = PLAN.queries
    assert query.id == "talks"
    folded = fold(text)
    picked = finder(query.phrases).first(folded) is not None and finder(query.without).first(folded) is None
    assert picked is about


def test_the_rounds() -> None:
    assert [(item.id, item.date) for item in PLAN.rounds] == [
        ("r1", date(2025, 5, 16)),
        ("r2", date(2025, 6, 2)),
        ("r3", date(2025, 7, 23)),
    ]
    assert PLAN.event.timezone == "Europe/Istanbul"
    for item in PLAN.rounds:
        days = round_stretch(PLAN.event, item, PLAN.event.window)
        assert item.confounders
        for confounder in item.confounders:
            assert days.start <= confounder.date < days.stop, confounder.what
    events = {(item.date, word) for each in PLAN.rounds for item in each.confounders for word in item.what.split()}
    assert (date(2025, 6, 1), "drones") in events
    assert (date(2025, 7, 22), "protests") in events


def test_the_windows_of_the_rounds_do_not_overlap() -> None:
    for window in (PLAN.event.window, *PLAN.event.other_windows):
        days = [round_stretch(PLAN.event, item, window) for item in PLAN.rounds]
        assert not any(one.overlaps(other) for at, one in enumerate(days) for other in days[:at])


def test_a_claim_of_the_day_after_sees_days_minus_two_to_plus_one() -> None:
    windows = [
        cut(window, PLAN.rounds, PLAN.event, THE_DAY_AFTER) for window in (PLAN.event.window, *PLAN.event.other_windows)
    ]
    assert [(window.start, window.stop, why) for window, why in windows] == [(-2, 1, ""), (0, 1, ""), (-1, 1, "")]
    assert all(item.as_of == claim.date == THE_DAY_AFTER for claim in CLAIMS for item in claim.hypotheses)


@pytest.mark.parametrize("days", [4, 8])
def test_ordinary_time_is_long_enough_for_a_verdict_on_volume(days: int) -> None:
    period = PLAN.comparison
    assert period is not None
    first = period.stretch.start
    taken = [round_stretch(PLAN.event, item, PLAN.event.window) for item in PLAN.rounds]
    taken += [item.stretch for item in period.excluded]
    busy = {at for at in range(273) if any(one.start <= first + timedelta(days=at) < one.stop for one in taken)}
    assert period.stretch.stop == first + timedelta(days=273)
    assert len(packed(range(273), busy, days)) >= 20


def test_exclusions_lie_in_the_comparison_and_say_why() -> None:
    assert PLAN.comparison is not None
    whole = PLAN.comparison.stretch
    for item in PLAN.comparison.excluded:
        assert whole.start <= item.stretch.start < item.stretch.stop <= whole.stop
        assert item.why


def test_the_ten_hypotheses() -> None:
    third_less = (("r3", 1.0), ("r1", -0.5), ("r2", -0.5))
    third_second = (("r3", 1.0), ("r2", -1.0))
    trump, fear = (("actor", "trump"),), (("emotion", "fear"),)
    assert {
        name: (item.measure, item.contrast, item.relation, item.margin.size, item.margin.unit, item.parameters)
        for name, item in hypotheses().items()
    } == {
        "H1": ("volume.rate", third_less, "less", 0.8, "ratio", ()),
        "H2": ("tone.arousal", third_less, "less", 0.2, "sd", ()),
        "H3": ("originality.text_reuse", third_second, "greater", 5.0, "points", ()),
        "H4": ("content.distance", third_second, "greater", 1.25, "ratio", ()),
        "H5": ("frames.share", third_less, "equivalent", 10.0, "points", (("frame", "prisoner-exchange"),)),
        "H6": ("content.distance", third_second, "equivalent", 0.8, "ratio", ()),
        "H7": ("tone.emotion", (("r1", 0.5), ("r2", 0.5), ("r3", -1.0)), "greater", 0.2, "sd", fear),
        "H8": ("tone.emotion", third_less, "less", 0.2, "sd", fear),
        "H9a": ("salience.documents", third_less, "less", 5.0, "points", trump),
        "H9b": ("salience.mentions", third_less, "less", 0.2, "points", trump),
        "H9c": ("salience.headlines", third_less, "less", 5.0, "points", trump),
        "H10": ("tone.toward", third_less, "differs", 0.2, "sd", trump),
    }
    assert hypotheses()["H7"].baseline == "three weeks before"
    assert [name for name, item in hypotheses().items() if item.secondary] == ["H4"]
    assert [claim.all_of for claim in CLAIMS if claim.all_of] == [("H1", "H2", "H3")]
    assert all(item.query == "talks" for item in hypotheses().values())


def test_only_short_phrases_are_quoted_and_nothing_is_left_unsaid() -> None:
    assert {claim.holder for claim in CLAIMS} == {"a commentator"}
    for claim in CLAIMS:
        assert len(claim.quote.split()) <= 7
        assert claim.not_tested
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for quote in {claim.quote for claim in CLAIMS} - {"sparse", "cold"}:
        assert quote in readme
    for untested in ("there will be no miracle", "the 50 days mean nothing", "the era of total war has begun"):
        assert untested in readme


def test_outlets_have_an_owner_and_a_country() -> None:
    assert 12 <= len(PLAN.outlets) <= 20
    assert all(item.owner and item.country and item.state_control != "unknown" for item in PLAN.outlets)
    assert {item.state_control for item in PLAN.outlets} == {"state", "public", "private"}


def test_no_articles_come_with_it() -> None:
    assert sorted(item.name for item in FOLDER.iterdir()) == ["README.md", "claims.yaml", "promises.yaml", "tenor.yaml"]


@pytest.fixture
def talks(tmp_path: Path) -> Study:
    return Study.open(shutil.copytree(FOLDER, tmp_path / "talks"))


def test_without_articles_it_can_be_registered_and_says_what_is_missing(talks: Study) -> None:
    assert {item.hypothesis for item in talks.preregister()} == set(hypotheses())
    with pytest.raises(MissingInput, match="no figures in this study yet"):
        talks.audit()


def test_with_your_own_articles_every_claim_ends_in_a_sentence(talks: Study, tmp_path: Path) -> None:
    days = {item.id: item.date for item in PLAN.rounds}
    rows = ["outlet,date,lang,title,text"]
    for at, (lang, text, rounds, _) in enumerate(SENTENCES):
        # The title says nothing; of several rounds, the piece appeared in the last.
        day = days[rounds.split()[-1]] if rounds else date(2025, 3, 5)
        rows.append(f'{PLAN.outlets[at % 6].name},{day},{lang},{at},"{text.replace(chr(34), "")}"')
    (tmp_path / "press.csv").write_text("\n".join(rows), encoding="utf-8")
    talks.add([tmp_path / "press.csv"])
    found = talks.audit()
    assert [item.claim.id for item in found.verdicts] == [claim.id for claim in CLAIMS]
    for verdict in found.verdicts:
        assert verdict.word == "not testable"
        assert verdict.sentence.endswith(".")
        assert all(finding.reasons for finding in verdict.findings)
    referring = talks.store.query(
        "SELECT text, string_agg(round, ' ' ORDER BY round) AS rounds FROM assignments "
        "JOIN documents USING (doc_id) WHERE assignments.by = 'reference' GROUP BY text",
        {},
    )
    said = {item[1].replace('"', ""): item[2] for item in SENTENCES if item[2]}
    assert dict(zip(*referring.to_pydict().values(), strict=True)) == said

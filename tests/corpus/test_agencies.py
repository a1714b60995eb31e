"""What is agency text: credits in four languages, what is no credit, and copies."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenor.corpus.agencies import Credits
from tests.corpus.press import article, press, rows

WIRE = "outlets:\n  - {name: Tidewire, agency: true}\n"
LONG = (
    "The delegations of both towns met on Tuesday in the old custom house by the harbour and spoke for six hours about "
    "the pilots, the dredging of the roads and the money for both, while families waited behind the gate for the men "
    "who had been taken from two trawlers ten days before. Nothing was signed, and nobody said when they would return."
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("MOSCOW, July 23 (Reuters) - Talks ended.", ("Reuters", "dateline")),
        ("ISTANBUL (AP) — Talks ended.", ("Associated Press", "dateline")),
        ("KYIV (Reuters/AFP) - Talks ended.", ("Reuters", "dateline")),
        ("МОСКВА, 23 июля. /ТАСС/. Встреча прошла.", ("TASS", "dateline")),
        ("МОСКВА, 23 июл - РИА Новости. Встреча прошла.", ("RIA Novosti", "dateline")),
        ("КИЇВ. 23 липня. УНІАН. Зустріч відбулася.", ("UNIAN", "dateline")),
        ("ANKARA (AA) - Görüşme sona erdi.", ("Anadolu Agency", "dateline")),
        ("Talks ended.\n\nSource: Reuters", ("Reuters", "signed")),
        ("Встреча прошла.\nИсточник: Интерфакс", ("Interfax", "signed")),
        ("Зустріч відбулася.\nДжерело: Укрінформ", ("Ukrinform", "signed")),
        ("Görüşme sona erdi.\nKaynak: İHA", ("İhlas News Agency", "signed")),
        ("Görüşme sona erdi. " * 20 + "(DHA)", ("Demirören News Agency", "signed")),
        ("Встреча прошла, сообщает ТАСС.", ("", "")),  # four letters: too short to be looked for in running text
        ("Встреча прошла, сообщает агентство Интерфакс.", ("Interfax", "cited first")),
        ("Встреча прошла, передает «Интерфакс».", ("Interfax", "cited first")),
        ("Як повідомляє Укрінформ, зустріч відбулася.", ("Ukrinform", "cited first")),
        ("Anadolu Ajansı'nın haberine göre görüşme sona erdi.", ("Anadolu Agency", "cited first")),
        ("Talks ended, Reuters reported on Friday.", ("Reuters", "cited first")),
        ("Talks ended, according to the news agency Tidewire.", ("Tidewire", "cited first")),
        # No credits: an agency somebody spoke to, one far down, a word that only looks like one.
        ("He told Reuters that nothing had been signed.", ("", "")),
        ("Talks ended. " * 40 + "That was first reported by Reuters. " + "Nothing else is known. " * 20, ("", "")),
        ("Talks ended.\n" + "The men went home. " * 20 + "\nPhotograph: John Roe/AFP", ("", "")),
        ("The AP exam and the AA meeting were put off.", ("", "")),
        ("An ap (short for app) was shown.", ("", "")),
        ("", ("", "")),
        ("(" * 10_000, ("", "")),
        ("Reuters", ("Reuters", "signed")),
    ],
)
def test_credits(text: str, found: tuple[str, str]) -> None:
    assert Credits.of(["Tidewire"]).found(text) == found


def test_copies_of_agency_text_are_agency_text(tmp_path: Path) -> None:
    other = LONG.replace("harbour", "river").replace("Tuesday", "Friday").replace("six", "two").replace("pilots", "men")
    documents = [
        article(LONG, outlet="Tidewire", at="2024-02-01"),
        article(LONG + " So it was said.", outlet="a", at="2024-02-02"),
        article(LONG, outlet="b", at="2024-01-31"),
        article("Own words of another newsroom.", outlet="a", at="2024-02-02"),
    ]
    found = rows(
        press(tmp_path, documents, rest=WIRE),
        "SELECT outlet, agency, how FROM origins JOIN documents USING (doc_id) ORDER BY outlet, published",
    )
    # Whoever dated a copy before the agency's own text has it from the agency all the same.
    assert [tuple(row.values()) for row in found] == [
        ("Tidewire", "Tidewire", "its own"),
        ("a", "Tidewire", "copy"),
        ("b", "Tidewire", "copy"),
    ]
    assert other != LONG


def test_a_credit_makes_its_later_copies_agency_text(tmp_path: Path) -> None:
    documents = [
        article(LONG, outlet="a", at="2024-02-01"),
        article(f"CORVAN (Reuters) - {LONG}", outlet="b", at="2024-02-02"),
        article(LONG, outlet="c", at="2024-02-03"),
    ]
    found = rows(
        press(tmp_path, documents),
        "SELECT outlet, agency, how FROM origins JOIN documents USING (doc_id) ORDER BY outlet",
    )
    # The first of them came before the credit: it may be the source of what the agency wrote.
    assert [tuple(row.values()) for row in found] == [("b", "Reuters", "dateline"), ("c", "Reuters", "copy")]


def test_the_share_leaves_the_agencies_themselves_out(tmp_path: Path) -> None:
    documents = [
        article(LONG, outlet="Tidewire", at="2024-02-01"),
        article(LONG, outlet="a", at="2024-02-01"),
        article("Own words of a newsroom, and of no other.", outlet="a", at="2024-02-02"),
        article("Talks began.\n\nSource: Reuters", outlet="b", at="2024-02-02"),
    ]
    study = press(tmp_path, documents, rest=WIRE, queries="")
    first = study.measure("originality.agency_share").rounds[0]
    assert (first.num, first.den) == (2, 3)

"""Keyness against published numbers, where nothing differs, and where words are planted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from tenor.compare import keyness as module
from tenor.compare.keyness import Keyness, Rule, Uses, keyness, log_odds
from tenor.errors import StudyError

TOY = np.array([[30.0, 10, 60], [10, 20, 170]])


def test_the_published_method_on_a_toy() -> None:
    # Exact, by hand: prior = pooled frequency times 10.
    prior = 10 * TOY.sum(axis=0) / TOY.sum()
    assert prior == pytest.approx([1.33333, 1, 7.66667], abs=5e-6)
    delta, z = log_odds(TOY, prior)
    assert delta == pytest.approx([1.943343, 0, -1.234792], abs=5e-7)
    assert z == pytest.approx([5.606441, 0, -8.643820], abs=5e-7)


def test_by_hand_with_a_prior_of_one() -> None:
    # log(2/3) - log(3/2), and it over sqrt(1/2 + 1/3).
    delta, z = log_odds(np.array([[1.0, 2], [2, 1]]), np.ones(2))
    assert delta == pytest.approx([2 * np.log(2 / 3), -2 * np.log(2 / 3)])
    assert z[0] == pytest.approx(2 * np.log(2 / 3) / np.sqrt(5 / 6))


@pytest.mark.parametrize(
    ("uses", "prior"), [(TOY, np.zeros(3)), (TOY[:, :1], np.ones(1)), (TOY[:1], np.ones(3)), (TOY[0], np.ones(3))]
)
def test_log_odds_refuse(uses: np.ndarray, prior: np.ndarray) -> None:
    with pytest.raises(ValueError, match="log-odds need"):
        log_odds(uses, prior)


# --- small inputs ----------------------------------------------------------------------------------


def dense(counts: np.ndarray, side: list[int], outlet: list[int], group: list[int] | None = None) -> Uses:
    """Counts as (document, term)."""
    doc, term = np.nonzero(counts)
    groups = range(len(side)) if group is None else group
    return Uses(
        doc=doc,
        term=term,
        count=counts[doc, term],
        side=np.array(side),
        outlet=np.array(outlet),
        group=np.array(groups),
        terms=counts.shape[1],
    )


def six(counts: list[int], *, outlets: int = 6, group: list[int] | None = None) -> Uses:
    """Six outlets, one document a side each: counts of term 0 on side 0; 1 of it on side 1; 100 of term 1."""
    table = np.array([[number, 100] for number in counts] + [[1, 100]] * 6)
    return dense(table, [0] * 6 + [1] * 6, [number % outlets for number in range(6)] * 2, group)


def test_the_prior_is_a_share_of_each_side() -> None:
    # One side ten times the other, the same words: no difference, whatever the background says.
    counts = np.array([[10, 90], [100, 900], [90, 10]] * 3)
    found = keyness(dense(counts, [0, 1, -1] * 3, [0, 0, 0, 1, 1, 1, 2, 2, 2]))
    assert found.log_odds == pytest.approx([0, 0])
    assert not found.kept.any()
    assert found.uses.tolist() == [[30, 270], [300, 2700]]


def test_background_stands_in_no_outlet() -> None:
    counts = np.array([[5, 9, 0], [4, 9, 0]] * 6 + [[0, 0, 50]] * 6)
    found = keyness(dense(counts, [0, 1] * 6 + [-1] * 6, [number // 2 for number in range(12)] + list(range(6, 12))))
    assert found.outlets.tolist() == [6, 6, 0]
    assert found.groups.tolist() == [12, 12, 0]
    assert found.why_not[2] == "neither side uses it"
    assert (found.low[2], found.high[2], found.p_value[2]) == (-np.inf, np.inf, 1)
    assert np.isfinite(found.log_odds).all()


def test_steady_words_are_kept_and_say_nothing() -> None:
    found = keyness(six([30, 28, 33, 31, 29, 32]))
    assert found.kept.tolist() == [True, True]
    assert found.why_not == ("", "")
    assert 0 < found.low[0] < found.log_odds[0] < found.high[0]
    assert found.log_odds[0] == pytest.approx(-found.log_odds[1])
    assert found.tested == 2
    assert found.by_chance == pytest.approx(0.1)


def test_one_outlets_word_is_not_kept() -> None:
    found = keyness(six([180, 1, 1, 1, 1, 1]))
    assert found.z[0] > 8, "by tokens it would be certain"
    assert not found.kept[0]
    assert found.why_not[0] == "the interval over outlets includes no difference"


def test_two_outlets_have_no_interval() -> None:
    found = keyness(six([30, 28, 33, 31, 29, 32], outlets=2))
    assert found.note == "no interval: the sides have 2 and 2 outlets, and an interval needs 3 on each"
    assert found.why_not == (found.note, found.note)
    assert not found.kept.any()
    assert np.isinf([found.low, found.high]).all()
    assert np.isfinite([found.log_odds, found.z]).all()
    assert (found.tested, found.p_value.tolist()) == (0, [1, 1])


def test_copies_count_as_one() -> None:
    found = keyness(six([30, 28, 33, 31, 29, 32], group=[0] * 6 + [1] * 6))
    assert found.why_not == ("in 2 copy groups, 5 are needed",) * 2
    assert found.groups.tolist() == [2, 2]


def test_a_word_in_two_outlets() -> None:
    counts = np.array([[30 * (number < 2), 5, 100] for number in range(6)] + [[0, 5, 100]] * 6)
    found = keyness(dense(counts, [0] * 6 + [1] * 6, [*range(6)] * 2))
    assert found.why_not[0] == "in 2 outlets, 3 are needed"


def test_the_same_seed_gives_the_same_and_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    uses = world(World(outlets=6, terms=50), np.random.default_rng(1))
    whole = keyness(uses)
    monkeypatch.setattr(module, "_CELLS", 3_000)
    parts = keyness(uses)
    assert np.allclose(whole.low, parts.low)
    assert whole.why_not == parts.why_not
    assert (whole.groups == parts.groups).all()
    assert not np.array_equal(whole.low, keyness(uses, Rule(seed=1)).low)


def test_sides_change_places() -> None:
    uses = world(World(outlets=8, terms=50), np.random.default_rng(2))
    one, other = keyness(uses), keyness(replace(uses, side=1 - uses.side))
    assert one.log_odds == pytest.approx(-other.log_odds)
    assert one.low == pytest.approx(-other.high)


def test_counts_of_a_pair_are_added() -> None:
    uses = six([30, 28, 33, 31, 29, 32])
    twice = replace(uses, doc=np.repeat(uses.doc, 2), term=np.repeat(uses.term, 2), count=np.repeat(uses.count, 2))
    assert twice.count.sum() == 2 * uses.count.sum()
    assert keyness(twice).log_odds == pytest.approx(keyness(uses).log_odds)
    assert keyness(twice).groups.tolist() == keyness(uses).groups.tolist()


@pytest.mark.parametrize(
    ("counts", "said"),
    [(np.array([[1, 2], [0, 0]]), "one side has none"), (np.array([[1, 0], [2, 0]]), "same single word")],
)
def test_nothing_to_compare(counts: np.ndarray, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        keyness(dense(counts, [0, 1], [0, 1]))


def test_nothing_at_all() -> None:
    none = np.empty(0, np.int64)
    with pytest.raises(StudyError, match="one side has none"):
        keyness(Uses(doc=none, term=none, count=none, side=none, outlet=none, group=none, terms=0))


def wrong_array(name: str, value: list[int]) -> dict[str, Any]:
    return {name: np.array(value)}


@pytest.mark.parametrize(
    ("name", "value"),
    [("doc", [0]), ("doc", [0, 9]), ("term", [0, 2]), ("term", [-1, 0]), ("count", [1, -1]), ("side", [0, 2])],
)
def test_uses_refuse_what_does_not_fit(name: str, value: list[int]) -> None:
    good = dense(np.array([[1, 0], [0, 1]]), [0, 1], [0, 1])
    with pytest.raises(ValueError, match=r"equally long|out of range|negative"):
        replace(good, **wrong_array(name, value))


@pytest.mark.parametrize("wrong", [{"prior": 0.0}, {"level": 1.0}, {"resamples": 10}, {"outlets": 2}])
def test_a_rule_refuses(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a rule needs"):
        replace(Rule(), **wrong)


# --- simulated worlds ------------------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """Outlets of unequal size with words of their own; stories burst in copy groups inside one side."""

    outlets: int
    terms: int = 600
    both: bool = True  # every outlet is on both sides; else every other one is on side 0
    planted: tuple[int, ...] = ()
    times: float = 4.0


def world(made: World, rng: np.random.Generator) -> Uses:
    base = 1 / np.arange(1, made.terms + 1)
    base /= base.sum()
    own = rng.dirichlet(base * 300, made.outlets)
    texts: list[np.ndarray] = []
    side, outlet, group = list[int](), list[int](), list[int]()
    for number in range(made.outlets):
        left = int(max(2, rng.lognormal(np.log(20), 0.8))) * (1 + made.both)
        while left > 0:
            here = int(rng.integers(2)) if made.both else number % 2
            chances = own[number] * 0.9
            chances[rng.choice(made.terms, 8, replace=False)] += 0.1 / 8 * rng.random()
            if here == 0:
                chances[list(made.planted)] *= made.times
            copies = 1 + int(rng.poisson(1.0))
            text = rng.multinomial(150, chances / chances.sum())
            texts += [text] * copies
            side += [here] * copies
            outlet += [number] * copies
            group += [len(group)] * copies
            left -= copies
    return dense(np.array(texts), side, outlet, group)


def several(made: World, runs: int, seed: int) -> list[Keyness]:
    rng = np.random.default_rng(seed)
    return [keyness(world(made, rng), Rule(resamples=200, seed=run)) for run in range(runs)]


@pytest.mark.parametrize("both", [True, False], ids=["outlets on both sides", "outlets on one side"])
@pytest.mark.parametrize(("outlets", "runs"), [(6, 40), (12, 20), (30, 10)])
def test_where_nothing_differs_few_words_are_kept(outlets: int, runs: int, both: bool) -> None:
    found = several(World(outlets=outlets, both=both), runs, seed=outlets)
    tested = sum(item.tested for item in found)
    share = sum(int(item.kept.sum()) for item in found) / tested
    by_z = sum(int((np.abs(item.z) > 1.96)[(item.outlets >= 3) & (item.groups >= 5)].sum()) for item in found) / tested
    print(f"{outlets} outlets, both={both}: {share:.3f} of {tested} tested words kept; by z {by_z:.3f}")
    assert tested > 3000
    # Words of a world move together, so the share itself varies: about .01 a cell.
    assert share <= 0.07
    assert by_z > 0.15, "tokens are not independent"


def test_planted_words_are_found() -> None:
    planted = tuple(range(20, 200, 18))
    made = World(outlets=30, planted=planted)
    found = several(made, 6, seed=3)
    shares = [item.kept[list(planted)].mean() for item in found]
    print(f"planted four times as often: {np.mean(shares):.2f} found")
    assert np.mean(shares) >= 0.9
    assert all((item.log_odds[list(planted)][item.kept[list(planted)]] > 0).all() for item in found)

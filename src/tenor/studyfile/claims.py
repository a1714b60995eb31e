"""From a claims file to `Claim` and `Hypothesis`, checked against the study they are about."""

from __future__ import annotations

from pathlib import Path

from tenor import model
from tenor.errors import StudyError, TenorError, did_you_mean
from tenor.registry import PLANNED, compared_as, measures
from tenor.studyfile.lined import Lined, SettingPath, describe, duplicates, raise_all, read_lined
from tenor.studyfile.margins import margin_from_words
from tenor.studyfile.settings import ClaimsDescription, ClaimSetting, HypothesisSetting


def read_claims(path: Path, plan: model.Plan) -> tuple[model.Claim, ...]:
    """Read a claims file and check it against its study.

    Parameters
    ----------
    path
        The file, usually ``claims.yaml``.
    plan
        The study the claims are about.

    Returns
    -------
    tuple of Claim
        In the order of the file.

    Raises
    ------
    TenorError
        With file, line, setting, what is wrong and what to do; all mistakes at once.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tenor.studyfile import read_study
    >>> from tenor.testing import example_folder
    >>> folder = example_folder("debates")
    >>> [claim.id for claim in read_claims(folder / "claims.yaml", read_study(folder / "tenor.yaml"))]
    ['smaller-share', 'less-per-night']
    """
    lined = read_lined(path)
    said = describe(lined, ClaimsDescription)
    errors = duplicates(lined, [("claims", index) for index in range(len(said.claims))], [c.id for c in said.claims])
    paths: list[SettingPath] = []
    ids: list[str] = []
    claims: list[model.Claim] = []
    for number, claim in enumerate(said.claims):
        hypotheses = []
        for index, item in enumerate(claim.hypotheses):
            at = ("claims", number, "hypotheses", index)
            paths.append(at)
            ids.append(item.id)
            found = _hypothesis(lined, at, item, claim, plan)
            errors += found if isinstance(found, list) else []
            hypotheses += [found] if isinstance(found, model.Hypothesis) else []
        claims.append(_claim(claim, tuple(hypotheses), lined.place(("claims", number)).line))
    errors += duplicates(lined, paths, ids)
    raise_all(errors or [error for at, claim in enumerate(claims) for error in _part_mistakes(lined, at, claims)])
    return tuple(claims)


def _claim(said: ClaimSetting, hypotheses: tuple[model.Hypothesis, ...], line: int | None) -> model.Claim:
    fields = said.model_dump(exclude={"hypotheses", "as_of", "needs"})
    if said.untestable:
        needs = f" It would need: {said.needs.rstrip('.')}." if said.needs else ""
        fields["untestable"] = f"{said.untestable.rstrip('.')}.{needs}"
    return model.Claim(hypotheses=hypotheses, line=line, **fields)


def _part_mistakes(lined: Lined, number: int, claims: list[model.Claim]) -> list[TenorError]:
    """Return what is wrong with the parts of a claim: none, unknown ones, or two that can't both hold."""
    claim, at = claims[number], ("claims", number)
    known = {item.id: item for one in claims for item in one.hypotheses}
    if claim.untestable and (claim.hypotheses or claim.all_of):
        do = "leave out its hypotheses, or 'untestable'"
        return [lined.error((*at, "untestable"), "a claim that is not testable has hypotheses", do)]
    errors = [_unknown(lined, (*at, "all_of", index), name, claims) for index, name in enumerate(claim.all_of)
              if name not in known]  # fmt: skip
    if errors or claim.untestable:
        return errors
    own = [item.id for item in claim.hypotheses]
    if repeated := [name for at, name in enumerate(claim.all_of) if name in own or name in claim.all_of[:at]]:
        return [lined.error((*at, "all_of"), f"'{repeated[0]}' is a part of the claim twice", "name it once")]
    parts = [*(item for item in claim.hypotheses if not item.secondary), *(known[name] for name in claim.all_of)]
    if not parts:
        do = "add a hypothesis, name those it rests on under 'all_of', or say why it is 'untestable'"
        return [lined.error(at, "nothing decides this claim", do)]
    for index, item in enumerate(parts):
        for other in parts[:index]:
            if _contradict(item, other):
                what = f"{other.id} and {item.id} can't both hold"
                return [lined.error(at, what, "make them two claims, or one of them 'secondary'")]
    return []


def _unknown(lined: Lined, at: SettingPath, name: str, claims: list[model.Claim]) -> TenorError:
    for claim in claims:
        if claim.id == name:
            do = f"name its hypotheses: {', '.join(item.id for item in claim.hypotheses)}"
            return lined.error(at, f"'{name}' is a claim, no hypothesis", do)
    known = [item.id for claim in claims for item in claim.hypotheses]
    return lined.error(at, f"no hypothesis '{name}'", did_you_mean(name, known))


def _contradict(one: model.Hypothesis, other: model.Hypothesis) -> bool:
    """Return whether two hypotheses ask the same and claim what excludes each other."""
    same = all(
        getattr(one, name) == getattr(other, name) for name in ("query", "outlets", "exposure", "baseline", "as_of")
    )
    about = one.measure.partition("@")[0] == other.measure.partition("@")[0]
    if not (same and about and sorted(one.parameters) == sorted(other.parameters)):
        return False
    mine, theirs = dict(one.contrast), dict(other.contrast)
    flipped = {name: -weight for name, weight in theirs.items()}
    relations = {one.relation, other.relation}
    same_and_not = "equivalent" in relations and len(relations) == 2
    if mine == flipped:
        return relations in ({"less"}, {"greater"}) or same_and_not
    return mine == theirs and (relations == {"less", "greater"} or same_and_not)


def _hypothesis(
    lined: Lined, at: SettingPath, said: HypothesisSetting, claim: ClaimSetting, plan: model.Plan
) -> model.Hypothesis | list[TenorError]:
    errors = _contrast_mistakes(lined, at, said, plan) + _name_mistakes(lined, at, said, plan)
    if errors:
        return errors
    try:
        margin = margin_from_words(said.margin, said.relation, compared_as(said.measure))
    except StudyError as error:
        return [lined.error((*at, "margin"), error.what, error.do)]
    return model.Hypothesis(
        id=said.id,
        claim=claim.id,
        measure=said.measure,
        query=said.query or "",
        population=said.population,
        contrast=tuple(said.contrast.items()),
        relation=said.relation,
        margin=margin,
        baseline=said.baseline,
        exposure=said.exposure,
        pooling=said.pooling,
        copies=said.copies,
        outlets=said.outlets,
        parameters=tuple(said.of.items()),
        own_queries=said.query is None and any(plan.round(name).query for name in said.contrast),
        as_of=claim.as_of,
        settled=tuple(said.settled.items()),
        secondary=said.secondary,
        groups=tuple(item for name in said.groups for item in plan.groups if item.id == name),
        line=lined.place(at).line,
    )


def _contrast_mistakes(lined: Lined, at: SettingPath, said: HypothesisSetting, plan: model.Plan) -> list[TenorError]:
    known = [item.id for item in plan.rounds]
    errors: list[TenorError] = [
        lined.error((*at, "contrast", name), f"no round '{name}'", did_you_mean(name, known))
        for name in said.contrast
        if name not in known
    ]
    weights = list(said.contrast.values())
    total = sum(weights)
    if not all(abs(weight) <= 1_000 for weight in weights):
        errors.append(lined.error((*at, "contrast"), "a weight is not a number of ordinary size", "use 1 and -0.5"))
    elif abs(total) > 1e-6:
        do = "the rounds compared with get negative weights, as in {r3: 1, r1: -0.5, r2: -0.5}"
        errors.append(lined.error((*at, "contrast"), f"the weights sum to {total:g}, not to zero", do))
    elif not any(weight > 0 for weight in weights):
        errors.append(lined.error((*at, "contrast"), "no round has a positive weight", "weigh the claimed round 1"))
    return errors


def _name_mistakes(lined: Lined, at: SettingPath, said: HypothesisSetting, plan: model.Plan) -> list[TenorError]:
    errors: list[TenorError] = []
    name = said.measure.partition("@")[0]
    known = {**PLANNED, **measures()}
    if name not in known:
        errors.append(lined.error((*at, "measure"), f"no measure '{said.measure}'", did_you_mean(name, known)))
    own = [item.id for item in plan.rounds if item.id in said.contrast and item.query is None]
    if name in measures() and measures()[name].scale == "words":
        what = f"{name} lists words, it is no one number"
        errors.append(lined.error((*at, "measure"), what, "see `tenor compare`, and claim something else"))
    if said.query is None and own and plan.sources:
        what = f"no query says what counts, and the rounds {', '.join(own)} have none of their own"
        errors.append(lined.error((*at, "query"), what, "add 'query' here or to the rounds"))
    if said.query is not None and plan.queries and not plan.sources and not plan.of_articles(said.query):
        do = did_you_mean(said.query, [item.id for item in plan.queries])
        errors.append(lined.error((*at, "query"), f"no query '{said.query}'", do))
    axes = ("window", "baseline", "exposure", "pooling", "copies", "text")
    errors += [
        lined.error((*at, "settled", axis), f"no axis '{axis}'", did_you_mean(axis, axes))
        for axis in said.settled
        if axis not in axes
    ]
    actors = [item.id for item in plan.actors]
    if "actor" in said.of and said.of["actor"] not in actors:
        do = did_you_mean(said.of["actor"], actors) if actors else "describe it under 'actors' in the study"
        errors.append(lined.error((*at, "of", "actor"), f"no actor '{said.of['actor']}'", do))
    return errors + _group_mistakes(lined, at, said, plan) + _population_mistakes(lined, at, said)


def _group_mistakes(lined: Lined, at: SettingPath, said: HypothesisSetting, plan: model.Plan) -> list[TenorError]:
    """Return what is wrong with the groups of a hypothesis: unknown, not two, not apart, or not of texts."""
    if not said.groups:
        return []
    known = {item.id: item for item in plan.groups}
    here = (*at, "groups")
    if unknown := [name for name in said.groups if name not in known]:
        do = did_you_mean(unknown[0], known) if known else "describe it under 'groups' in the study"
        return [lined.error(here, f"no group '{unknown[0]}'", do)]
    if len(said.groups) != 2:
        return [lined.error(here, f"{len(said.groups)} groups", "name two: the first is compared with the second")]
    if both := set(known[said.groups[0]].outlets) & set(known[said.groups[1]].outlets):
        return [lined.error(here, f"both groups hold {min(both)}", "an outlet can't be compared with itself")]
    if said.outlets:
        return [lined.error(here, "groups and 'outlets' both say which outlets count", "leave one of them out")]
    if said.measure.startswith(("volume.", "content.distance")):
        what = f"{said.measure} is not compared between groups"
        return [lined.error(here, what, "make it a hypothesis for each group, with 'outlets'")]
    return []


def _population_mistakes(lined: Lined, at: SettingPath, said: HypothesisSetting) -> list[TenorError]:
    if not said.measure.startswith("volume."):
        return []
    if said.population == "these outlets" and not said.outlets:
        what = "the population is 'these outlets', and nothing says which"
        return [lined.error((*at, "population"), what, "list them under 'outlets', or write 'comparable events'")]
    if said.population not in ("comparable events", "these outlets"):
        what = f"for volume, an interval over '{said.population}' is too narrow: all outlets share the same news days"
        return [lined.error((*at, "population"), what, "write 'comparable events'")]
    return []

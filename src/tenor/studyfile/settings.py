"""What a study file and a claims file may say: names, types, descriptions. Unknown settings are errors."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from tenor import model


def _day(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
        raise ValueError(f"'{value}' is no date; write year-month-day, as in 2019-09-12")
    if isinstance(value, int | float):
        raise ValueError(f"{value} is no date; write year-month-day, as in 2019-09-12")  # noqa: TRY004
    return value


Day = Annotated[date, BeforeValidator(_day)]
Text = Annotated[str, Field(min_length=1, max_length=5_000)]


def _starred(value: str) -> str:
    if re.search(r"\*\w|(?:^|\W)\*", value):
        raise ValueError(f"'{value}': * may only stand at the end of a word, as in 'negotiat*'")
    return value


Phrase = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\w"), AfterValidator(_starred)]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$")]


class Strict(BaseModel):
    """Settings of which none is unknown and none changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class WindowSetting(Strict):
    """Which days or weeks around the event day are its coverage, both ends included."""

    start: int = Field(alias="from", ge=-366, le=366, description="First day or week, 0 is the event's own.")
    stop: int = Field(alias="to", ge=-366, le=366, description="Last day or week, included.")
    unit: model.Unit = Field(description="day, or week for weekly counts.")


class EventSetting(Strict):
    """What recurs."""

    title: Text = Field(description="What recurs, in a few words.")
    timezone: Text = Field(description="Where the event's day begins and ends, as in Europe/Istanbul.")
    window: WindowSetting = Field(description="Which days or weeks around a round's date are its coverage.")
    other_windows: tuple[WindowSetting, ...] = Field(
        default=(), description="Other windows that would be just as defensible; they become specifications."
    )
    occasion: Text = Field(default="occasion", description="What a round holds one or more of: night, day, session.")
    week_starts: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = Field(
        default="monday", description="The weekday on which weekly counts begin."
    )


class ConfounderSetting(Strict):
    """Something else that happened and could move the coverage."""

    date: Day = Field(description="Its day; it is named in a verdict if it falls into a window.")
    what: Text = Field(description="What happened, as it should be read in a verdict.")


Phrases = Annotated[tuple[Phrase, ...], Field(min_length=1, max_length=1000)]
ByLanguage = dict[Annotated[str, Field(pattern=r"^[a-z]{2}$")], Phrases]


class RoundSetting(Strict):
    """One occurrence of the event."""

    id: Identifier = Field(description="A short name for contrasts.")
    label: Text = Field(description="As it should be read in a sentence: the third debate.")
    date: Day = Field(description="Its first day, in the event's time zone.")
    occasions: int = Field(default=1, ge=1, le=1000, description="How many nights, days or sessions it had.")
    query: Text | None = Field(
        default=None, description="The query that counts this round, where rounds have their own."
    )
    cues: ByLanguage = Field(
        default={},
        description="Words by which a text refers to this round, by language; * ends a word: трет* раунд*.",
    )
    confounders: tuple[ConfounderSetting, ...] = Field(
        default=(), description="What else happened around it and could move the coverage."
    )


class DeclaredSetting(Strict):
    """Days of which you know whether an outlet was observed."""

    start: Day = Field(alias="from", description="First day.")
    stop: Day = Field(alias="to", description="Last day, included.")
    why: Text = Field(description="How you know: the crawler's log, the archive's own notice.")


class OutletSetting(Strict):
    """An outlet: who owns it, who controls it, and when it was observed."""

    name: Text = Field(description="As its articles are signed in the store; `tenor describe` lists the names.")
    owner: str = Field(default="", description="Who owns it.")
    state_control: model.StateControl = Field(
        default="unknown", description="state, public (law keeps the state out), private, party or unknown."
    )
    country: str = Field(default="", description="Where it is made.")
    agency: bool = Field(default=False, description="Whether it is a news agency, whose texts others print.")
    observed: tuple[DeclaredSetting, ...] = Field(
        default=(), description="Days on which everything it ran was collected: no article then means none."
    )
    unobserved: tuple[DeclaredSetting, ...] = Field(
        default=(), description="Days on which it was not collected, or not wholly."
    )


class TitleSetting(Strict):
    """What texts call an actor as long as the actor holds an office."""

    words: ByLanguage = Field(
        description="By language, as in {en: [the president], ru: [президент]}; their inflected forms are found."
    )
    start: Day | None = Field(default=None, alias="from", description="First day; left out: ever since.")
    stop: Day | None = Field(default=None, alias="to", description="Last day, included; left out: still.")


class ActorSetting(Strict):
    """Someone or something the coverage is about. Private persons can't be actors."""

    id: Identifier = Field(description="A short name for claims.")
    name: Text = Field(description="As it should be read in a sentence.")
    kind: Literal["person", "organisation", "state"] = Field(description="A person needs a public role.")
    public_role: str = Field(default="", description="The public role of a person: president, negotiator, spokesman.")
    aliases: ByLanguage = Field(
        description="How texts name it, by language; inflected forms are found, and * ends a word with any letters. "
        "What is written here with a capital letter is found only with one."
    )
    titles: tuple[TitleSetting, ...] = Field(
        default=(), description="What texts call it on some days, as long as it holds an office."
    )


class QuerySetting(Strict):
    """Which articles are about something."""

    id: Identifier = Field(description="A short name, used by claims as 'query'.")
    any: Phrases = Field(description="An article counts if it holds one of these; * ends a word.")
    without: tuple[Phrase, ...] = Field(default=(), description="And none of these.")


class ExcludedSetting(Strict):
    """Days left out of the comparison."""

    start: Day = Field(alias="from", description="First day.")
    stop: Day = Field(alias="to", description="Last day, included.")
    why: Text = Field(description="The reason, for the reader.")


class ComparisonSetting(Strict):
    """The days from which comparison windows are cut: ordinary time, outside all rounds."""

    start: Day = Field(alias="from", description="First day.")
    stop: Day = Field(alias="to", description="Last day, included.")
    excluded: tuple[ExcludedSetting, ...] = Field(default=(), description="Days inside it that are left out.")


class ColumnsSetting(Strict):
    """Which column of the file holds what."""

    date: Text = Field(description="The day, or the first day of the week.")
    matched: Text | None = Field(default=None, description="Pieces that match the query.")
    total: Text | None = Field(default=None, description="All pieces of the outlet, the denominator of a share.")
    outlet: Text | None = Field(default=None, description="The outlet or pool a row counts.")
    query: Text | None = Field(default=None, description="The query a row counts.")
    wide: tuple[Text, ...] = Field(default=(), description="For a file with one column a query: their names.")


class CountsSetting(Strict):
    """A file of counts: outlet (or pool) by day or week by query."""

    file: Text = Field(description="Path from the study's folder.")
    every: model.Unit = Field(description="What a row counts: a day or a week.")
    columns: ColumnsSetting = Field(description="Which column holds what.")
    outlet: Text | None = Field(default=None, description="The outlet or pool, where no column names it.")
    query: Text | None = Field(default=None, description="The query, where no column names it.")
    date_format: Text = Field(default="%Y-%m-%d", description="As in Python's strptime, for example %m/%d/%y.")
    counts_what: Text = Field(default="pieces", description="What is counted: pieces, clips, stories.")
    cite: str = Field(default="", description="Where the figures are from; printed in the report.")
    licence: str = Field(default="", description="Under which terms they may be shown.")


class GroupSetting(Strict):
    """Outlets that claims speak of as one."""

    id: Identifier = Field(description="A short name, used in claims.")
    name: Text = Field(description="What they are called in the report.")
    outlets: tuple[Text, ...] = Field(min_length=1, description="Its members, as their articles are signed.")
    source: Text = Field(description="Who put them together, and by what: a list, a coder with agreement.")


class StudyDescription(Strict):
    """A study: an event, its rounds, ordinary time to compare with, and where the figures are."""

    tenor: Literal[1] = Field(description="The version of this file's format.")
    id: Identifier = Field(description="A short name of the study.")
    title: Text = Field(description="The report's title.")
    event: EventSetting = Field(description="What recurs, and which days are its coverage.")
    rounds: tuple[RoundSetting, ...] = Field(min_length=1, description="Its occurrences.")
    comparison: ComparisonSetting | None = Field(
        default=None, description="Ordinary time to judge by; without it no claim on volume is testable."
    )
    counts: tuple[CountsSetting, ...] = Field(default=(), description="Files of counts.")
    queries: tuple[QuerySetting, ...] = Field(
        default=(), description="Which articles are about the event; without any, all that were added are."
    )
    outlets: tuple[OutletSetting, ...] = Field(default=(), description="What is known of outlets.")
    actors: tuple[ActorSetting, ...] = Field(default=(), description="Whom the coverage is about.")
    groups: tuple[GroupSetting, ...] = Field(default=(), description="Outlets that claims speak of as one.")
    protected: tuple[Phrase, ...] = Field(
        default=(), description="Names of victims, prisoners, minors: no public report shows a passage that has one."
    )


class HypothesisSetting(Strict):
    """How we read a claim: a sentence that figures can contradict."""

    id: Identifier = Field(description="A short name, used by `tenor evidence`.")
    measure: Text = Field(description="As `tenor measures` lists it: volume.rate, volume.share.")
    query: Text | None = Field(
        default=None,
        description="Which query's counts or articles; not needed where rounds have their own, or for all articles.",
    )
    population: model.Population = Field(
        default="comparable events", description="What the interval is for; volume needs comparable events."
    )
    contrast: dict[str, float] = Field(description="A weight a round; the weights sum to zero.")
    relation: model.Relation = Field(description="How the positively weighted rounds compare with the others.")
    margin: Any = Field(description="The smallest difference that would matter, in words: 'at least 20 % fewer'.")
    baseline: model.Baseline = Field(
        default="none", description="What is taken off first: nothing, or the level of the week(s) before."
    )
    exposure: model.Exposure = Field(default="per round", description="Per round, or per occasion (night, day).")
    pooling: model.Pooling = Field(
        default="pool", description="All pieces together, or every outlet with the same weight."
    )
    copies: Literal["once", "all"] = Field(
        default="once", description="Whether a family of near-copies counts once, for who had it first, or each time."
    )
    outlets: tuple[Text, ...] = Field(
        default=(), description="Only these outlets; the verdict then speaks of no others. Empty: all."
    )
    of: dict[str, str] = Field(
        default={}, description="What the measure is asked about, as in {actor: trump} or {emotion: fear}."
    )
    settled: dict[str, str] = Field(
        default={},
        description="Axes the sentence itself settles (window, baseline, exposure, pooling, copies), each with why.",
    )
    groups: tuple[Identifier, ...] = Field(
        default=(), description="Two groups of the study: how much more the first one changed than the second."
    )
    secondary: bool = Field(default=False, description="Shown beside the others, and decides nothing.")


class ClaimSetting(Strict):
    """What somebody said about the coverage."""

    id: Identifier = Field(description="A short name of the claim.")
    quote: Text = Field(description="The words themselves.")
    holder: Text = Field(description="Who said it, in a public role.")
    date: Day = Field(description="When it was said.")
    source: Text = Field(description="Where it was said.")
    hypotheses: tuple[HypothesisSetting, ...] = Field(
        default=(), description="How it was read; the claim holds only if all of them do."
    )
    all_of: tuple[Identifier, ...] = Field(
        default=(), description="Hypotheses of other claims that it rests on too: it holds only if they do."
    )
    untestable: str = Field(default="", description="Why no figures could answer it, where none can.")
    needs: str = Field(default="", description="What would be needed to answer a claim that is not testable.")
    as_of: Day | None = Field(
        default=None,
        description="The last day the speaker could know: all rounds are cut to as many days as had passed by then.",
    )
    not_tested: str = Field(default="", description="What the sentence also says and these hypotheses leave out.")


class ClaimsDescription(Strict):
    """The claims of a study; all their hypotheses form one family."""

    tenor_claims: Literal[1] = Field(description="The version of this file's format.")
    claims: tuple[ClaimSetting, ...] = Field(min_length=1, description="What was said.")


def study_schema() -> dict[str, Any]:
    """Return the JSON Schema of a study file, for editors.

    Examples
    --------
    >>> study_schema()["title"]
    'StudyDescription'
    """
    return StudyDescription.model_json_schema(by_alias=True)


def claims_schema() -> dict[str, Any]:
    """Return the JSON Schema of a claims file, for editors.

    Examples
    --------
    >>> "claims" in claims_schema()["properties"]
    True
    """
    return ClaimsDescription.model_json_schema(by_alias=True)

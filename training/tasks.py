"""The questions the encoder's heads answer, one by one."""

from __future__ import annotations

from training.shapes import Task

EMOTIONS = (
    "admiration",
    "amusement",
    "anger",
    "annoyance",
    "approval",
    "caring",
    "confusion",
    "curiosity",
    "desire",
    "disappointment",
    "disapproval",
    "disgust",
    "embarrassment",
    "excitement",
    "fear",
    "gratitude",
    "grief",
    "joy",
    "love",
    "nervousness",
    "optimism",
    "pride",
    "realization",
    "relief",
    "remorse",
    "sadness",
    "surprise",
    "neutral",
)
TECHNIQUES = (
    "Appeal_to_Authority",
    "Appeal_to_fear-prejudice",
    "Bandwagon,Reductio_ad_hitlerum",
    "Black-and-White_Fallacy",
    "Causal_Oversimplification",
    "Doubt",
    "Exaggeration,Minimisation",
    "Flag-Waving",
    "Loaded_Language",
    "Name_Calling,Labeling",
    "Repetition",
    "Slogans",
    "Thought-terminating_Cliches",
    "Whataboutism,Straw_Men,Red_Herring",
)
MANIPULATIONS = (
    "appeal_to_fear",
    "bandwagon",
    "cherry_picking",
    "cliche",
    "euphoria",
    "fud",
    "glittering_generalities",
    "loaded_language",
    "straw_man",
    "whataboutism",
)
POLICY_FRAMES = (
    "cultural_identity",
    "economic",
    "fairness_and_equality",
    "health_and_safety",
    "legality_and_crime",
    "morality",
    "other",
    "political_and_policies",
    "public_opinion",
    "security_and_defense",
)
PLOVER = (
    "ACCUSE",
    "AGREE",
    "AID",
    "ASSAULT",
    "COERCE",
    "CONCEDE",
    "CONSULT",
    "COOPERATE",
    "DEMAND",
    "DISAPPROVE",
    "FIGHT",
    "INVESTIGATE",
    "MOBILIZE",
    "PROTEST",
    "REJECT",
    "REQUEST",
    "RETREAT",
    "SANCTION",
    "SUPPORT",
    "THREATEN",
    "YIELD",
)
SLANTS = (
    "subjectivity",
    "hidden_assumptions",
    "framing_russia",
    "framing_ukraine",
    "framing_west",
    "pro_russia",
    "pro_west",
)

_ALL = (
    Task(
        name="affect",
        head="regression",
        labels=("valence", "arousal", "dominance"),
        asks="How pleasant, how agitated and how much in control does the sentence sound, from 1 to 5?",
    ),
    Task(name="emotions", head="labels", labels=EMOTIONS, asks="Which emotions does the writer show?"),
    Task(name="biased", head="classes", labels=("no", "yes"), asks="Is the sentence worded with bias?"),
    Task(name="npov", head="classes", labels=("no", "yes"), asks="Would an encyclopedia find the statement slanted?"),
    Task(
        name="slant", head="regression", labels=SLANTS, asks="How do readers judge the sentence, mean of their votes?"
    ),
    Task(name="check_worthy", head="classes", labels=("no", "yes"), asks="Is this a claim worth a check?"),
    Task(name="pledge", head="classes", labels=("no", "narrow", "broad"), asks="Is this an election pledge?"),
    Task(name="promise", head="classes", labels=("no", "yes"), asks="Does the paragraph promise something?"),
    Task(
        name="deadline",
        head="classes",
        labels=("Already", "Less than 2 years", "2 to 5 years", "More than 5 years"),
        asks="When is the promise due?",
    ),
    Task(name="future", head="classes", labels=("no", "yes"), asks="Does the sentence say something of the future?"),
    Task(
        name="frames",
        head="labels",
        labels=("CO", "RE", "HI", "MO", "EC"),
        asks="Which of conflict, resolution, human interest, morality and economy frame the article?",
    ),
    Task(
        name="role",
        head="classes",
        labels=("hero", "villain", "victim"),
        asks="What is the marked actor in the story?",
        marked=True,
    ),
    Task(name="event", head="classes", labels=PLOVER, asks="Which PLOVER event does the sentence report?"),
    Task(
        name="quad",
        head="classes",
        labels=("0", "1", "2", "3", "4"),
        asks="None, verbal or material cooperation, verbal or material conflict?",
    ),
    Task(
        name="tone",
        head="classes",
        labels=("negative", "neutral", "positive"),
        asks="What is the tone towards the marked target?",
        marked=True,
    ),
    Task(name="quote", head="spans", labels=("source", "cue", "content"), asks="Who says what, and with which words?"),
    Task(name="entity", head="spans", labels=("PER", "LOC", "ORG"), asks="Which persons, places, organisations?"),
    Task(name="event_actors", head="spans", labels=("source", "target"), asks="Who does it to whom?"),
    Task(name="feeling", head="spans", labels=("experiencer", "emotion_cue"), asks="Who feels, and what tells it?"),
    Task(name="technique", head="spans", labels=TECHNIQUES, asks="Which stretches persuade, and how?"),
    Task(name="loaded", head="spans", labels=("biased_word",), asks="Which words are loaded?"),
    Task(name="manipulation", head="labels", labels=MANIPULATIONS, asks="Which techniques does the post use?"),
    Task(name="manipulative", head="spans", labels=("manipulative",), asks="Which stretches manipulate?"),
    Task(name="policy_frame", head="classes", labels=POLICY_FRAMES, asks="Which policy frame has the sentence?"),
    Task(name="event_type", head="classes", labels=(), asks="Which ACLED-like sub-type is the event?"),
    Task(name="time", head="spans", labels=("TIMEX3", "EVENT"), asks="Which words name times and events?"),
)
TASKS: dict[str, Task] = {task.name: task for task in _ALL}
# Asked only of sets that are never learnt from; no head answers them.
UNANSWERED = ("manipulation", "manipulative", "policy_frame", "event_type", "time")
# A label of our own says that any technique is used; the techniques' own labels are too rare to find it.
ANY = "any"
# The heads in the order of the graph's columns.
SENTENCE = tuple(task for task in _ALL if task.head != "spans" and not task.marked and task.name not in UNANSWERED)
MARKED = tuple(task for task in _ALL if task.marked)
SPANS: tuple[tuple[str, tuple[str, ...]], ...] = tuple(
    (task.name, (*task.labels, ANY) if task.name == "technique" else task.labels)
    for task in _ALL
    if task.head == "spans" and task.name not in UNANSWERED
)
LABELS: tuple[tuple[str, str], ...] = tuple((name, label) for name, labels in SPANS for label in labels)

"""The tables of a study and the one shape of a measure's rows, as Arrow schemas."""

from __future__ import annotations

import pyarrow as pa

COUNTS = pa.schema(
    [
        pa.field("outlet", pa.string(), nullable=False),
        pa.field("query", pa.string(), nullable=False),
        pa.field("start", pa.date32(), nullable=False),
        pa.field("days", pa.int16(), nullable=False),
        pa.field("matched", pa.int64(), nullable=False),
        pa.field("total", pa.int64()),
        pa.field("source", pa.string(), nullable=False),
        pa.field("line", pa.int32(), nullable=False),
    ]
)

# `version` counts up within (outlet, native_id); `changed` says what differs from the version before.
DOCUMENTS = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("native_id", pa.string(), nullable=False),
        pa.field("version", pa.int32(), nullable=False),
        pa.field("changed", pa.string(), nullable=False),
        pa.field("first_seen", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("outlet", pa.string(), nullable=False),
        pa.field("published", pa.timestamp("us", tz="UTC")),
        pa.field("precision", pa.string(), nullable=False),
        pa.field("tz_source", pa.string(), nullable=False),
        pa.field("lang", pa.string(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("url", pa.string(), nullable=False),
        pa.field("importer", pa.string(), nullable=False),
        pa.field("raw", pa.string(), nullable=False),
        pa.field("lost", pa.list_(pa.string()), nullable=False),
        pa.field("deleted", pa.bool_(), nullable=False),
    ]
)

RUNS = pa.schema(
    [
        pa.field("at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("command", pa.string(), nullable=False),
        pa.field("tenor", pa.string(), nullable=False),
        pa.field("looked_at", pa.list_(pa.string()), nullable=False),
        pa.field("inputs", pa.list_(pa.string()), nullable=False),
    ]
)

IMPORTS = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("importer", pa.string(), nullable=False),
        pa.field("read", pa.int64(), nullable=False),
        pa.field("kept", pa.int64(), nullable=False),
        pa.field("merged", pa.int64(), nullable=False),
        pa.field("already_there", pa.int64(), nullable=False),
        pa.field("refused", pa.int64(), nullable=False),
        pa.field("lost", pa.list_(pa.string()), nullable=False),
        pa.field("notes", pa.list_(pa.string()), nullable=False),
    ]
)

REGISTRATIONS = pa.schema(
    [
        pa.field("hypothesis", pa.string(), nullable=False),
        pa.field("sha256", pa.string(), nullable=False),
        pa.field("at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("after_viewing", pa.bool_(), nullable=False),
    ]
)

# Documents that were taken down: not seen from then on, and gone for good with the next compaction.
TOMBSTONES = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("why", pa.string(), nullable=False),
    ]
)

# From here on: tables made from those above and the study file, and made anew when these change.

# The family of near-copies a document belongs to, at each threshold; `how` is first, copy or edition.
COPIES = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("threshold", pa.float64(), nullable=False),
        pa.field("copy_id", pa.string(), nullable=False),
        pa.field("first_publisher", pa.bool_(), nullable=False),
        pa.field("similarity", pa.float64(), nullable=False),
        pa.field("how", pa.string(), nullable=False),
    ]
)

# What near-copies are found by, kept so that only what is new is compared: see `tenor.corpus.copies`.
BINS, LEAD_BINS = 128, 24
SIGNATURES = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("signature", pa.list_(pa.uint32(), BINS), nullable=False),
        pa.field("lead", pa.list_(pa.uint32(), LEAD_BINS), nullable=False),
        pa.field("shingles", pa.int32(), nullable=False),
        pa.field("fingerprint", pa.uint64(), nullable=False),
        pa.field("made_with", pa.uint64(), nullable=False),
    ]
)

# What was counted on two texts, `first` before `second` as strings; good while both `made_with` are.
PAIRS = pa.schema(
    [
        pa.field("first", pa.string(), nullable=False),
        pa.field("second", pa.string(), nullable=False),
        pa.field("shared", pa.int32(), nullable=False),
        pa.field("other_numbers", pa.bool_(), nullable=False),
        pa.field("first_made_with", pa.uint64(), nullable=False),
        pa.field("second_made_with", pa.uint64(), nullable=False),
    ]
)

# The three-word shingles an outlet repeats; good while the documents they are read off, `sample`, are the same.
REPEATED = pa.schema(
    [
        pa.field("outlet", pa.string()),
        pa.field("sample", pa.uint64(), nullable=False),
        pa.field("shingles", pa.list_(pa.uint64()), nullable=False),
    ]
)

# An article as it is counted: its newest version that has a text, on the day its first version came
# out in the event's time zone; `day` is empty where the source gives none, or one that can't be.
ARTICLES = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("outlet", pa.string(), nullable=False),
        pa.field("lang", pa.string(), nullable=False),
        pa.field("day", pa.date32()),
        pa.field("published", pa.timestamp("us", tz="UTC")),
        pa.field("precision", pa.string(), nullable=False),
        pa.field("copy_id", pa.string(), nullable=False),
        pa.field("first_publisher", pa.bool_(), nullable=False),
        pa.field("headline_words", pa.int32(), nullable=False),
        pa.field("body_words", pa.int32(), nullable=False),
        pa.field("boilerplate_words", pa.int32(), nullable=False),
        pa.field("why_undated", pa.string(), nullable=False),
    ]
)

# Sentences and lines an outlet repeats; offsets into the text.
BOILERPLATE = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("start", pa.int64(), nullable=False),
        pa.field("stop", pa.int64(), nullable=False),
        pa.field("why", pa.string(), nullable=False),
    ]
)

# Which articles a query of the study file picks; a row without an article says that there is the query.
MATCHES = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("query", pa.string(), nullable=False),
    ]
)

# `by` is date or reference; `cue` is what was found, or why the round is another than the article's own day says.
ASSIGNMENTS = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("round", pa.string(), nullable=False),
        pa.field("by", pa.string(), nullable=False),
        pa.field("cue", pa.string(), nullable=False),
        pa.field("part", pa.string(), nullable=False),
        pa.field("start", pa.int64()),
        pa.field("stop", pa.int64()),
        pa.field("study_sha", pa.string(), nullable=False),
    ]
)

# Every outlet on every day of the articles' span: an unobserved day is not a day without articles.
COMPLETENESS = pa.schema(
    [
        pa.field("outlet", pa.string(), nullable=False),
        pa.field("day", pa.date32(), nullable=False),
        pa.field("pieces", pa.int64(), nullable=False),
        pa.field("declared", pa.string(), nullable=False),
        pa.field("observed", pa.bool_(), nullable=False),
        pa.field("why", pa.string(), nullable=False),
    ]
)

# Which articles are agency text, and how that is known.
ORIGINS = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("agency", pa.string(), nullable=False),
        pa.field("how", pa.string(), nullable=False),
    ]
)

# How much of an article's wording stood in articles of earlier rounds: places where a phrase of five words begins.
REUSE = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("round", pa.string(), nullable=False),
        pa.field("reused", pa.float64(), nullable=False),
        pa.field("phrases", pa.float64(), nullable=False),
        pa.field("reference", pa.int32(), nullable=False),
    ]
)

# From what each of these tables was made, so that it is made anew when that changes.
MADE = pa.schema(
    [
        pa.field("table", pa.string(), nullable=False),
        pa.field("of", pa.string(), nullable=False),
    ]
)

# From here on: what is read out of the texts, once each document and coder; `tenor.annotate.run` adds what is missing.

EMOTIONS = (
    *("admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity", "desire"),
    *("disappointment", "disapproval", "disgust", "embarrassment", "excitement", "fear", "gratitude", "grief", "joy"),
    *("love", "nervousness", "optimism", "pride", "realization", "relief", "remorse", "sadness", "surprise", "neutral"),
)
FRAMES = ("conflict", "resolution", "human_interest", "morality", "economy")
SLANTS = (
    *("subjectivity", "hidden_assumptions", "framing_russia", "framing_ukraine", "framing_west"),
    *("pro_russia", "pro_west"),
)
# Numbers a sentence has; empty where no gold stands behind its language.
NUMBERS = (
    *("valence", "arousal", "dominance"),
    *("biased", "npov", "check_worthy", "pledge", "promise", "future"),
    *(f"emotion_{name}" for name in EMOTIONS),
    *(f"frame_{name}" for name in FRAMES),
    *(f"slant_{name}" for name in SLANTS),
    *("lexicon_valence", "lexicon_arousal"),
)

# A stretch of a sentence in which one voice speaks, as one coder scored it. `start` and `stop` are code points of the
# title or of the text, as `part` says. `emotions` are those that hold; `event` and `quad` are the likeliest.
SCORES = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("part", pa.string(), nullable=False),
        pa.field("start", pa.int64(), nullable=False),
        pa.field("stop", pa.int64(), nullable=False),
        pa.field("speech", pa.string(), nullable=False),
        pa.field("doubt", pa.bool_(), nullable=False),
        pa.field("words", pa.int32(), nullable=False),
        pa.field("coder", pa.string(), nullable=False),
        pa.field("emotions", pa.list_(pa.string())),
        pa.field("event", pa.string()),
        pa.field("quad", pa.string()),
        *(pa.field(name, pa.float32()) for name in NUMBERS),
    ]
)

# One vector a sentence, of length 1: numbers of 16 bits (IEEE 754, little-endian) one after the other, because DuckDB
# knows no column of them.
VECTORS = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("part", pa.string(), nullable=False),
        pa.field("start", pa.int64(), nullable=False),
        pa.field("stop", pa.int64(), nullable=False),
        pa.field("coder", pa.string(), nullable=False),
        pa.field("vector", pa.binary(), nullable=False),
    ]
)

# A span that a coder marked: what it is, what it is called, whom it names, and how sure the coder is.
ANNOTATIONS = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("part", pa.string(), nullable=False),
        pa.field("start", pa.int64(), nullable=False),
        pa.field("stop", pa.int64(), nullable=False),
        pa.field("variable", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("actor", pa.string(), nullable=False),
        pa.field("coder", pa.string(), nullable=False),
        pa.field("score", pa.float32()),
    ]
)

# Which documents a coder is done with, also those in which it found nothing; `unread` sentences hold no letter.
ANNOTATED = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("coder", pa.string(), nullable=False),
        pa.field("sentences", pa.int32(), nullable=False),
        pa.field("unread", pa.int32(), nullable=False),
    ]
)

# Which coder speaks for a role where nothing else is said: `encoder` scores sentences, `actors` finds mentions.
CODERS = pa.schema([pa.field("role", pa.string(), nullable=False), pa.field("coder", pa.string(), nullable=False)])

# What one standard deviation is: of all sentences of a language when a number was first used, and never moved.
SCALES = pa.schema(
    [
        pa.field("coder", pa.string(), nullable=False),
        pa.field("number", pa.string(), nullable=False),
        pa.field("lang", pa.string(), nullable=False),
        pa.field("mean", pa.float64(), nullable=False),
        pa.field("sd", pa.float64(), nullable=False),
        pa.field("sentences", pa.int64(), nullable=False),
        pa.field("at", pa.timestamp("us", tz="UTC"), nullable=False),
    ]
)

# Who says what of whom: one row an utterance that a text attributes to somebody, or that its author makes. `content`
# may be broken in the middle; spans are code points of the title or the text, -1 where a text has none. `actor` and
# `target` are ids of the study's actors; a speaker whom the study does not name has an empty `actor`. `outer` is the
# statement that this one is reported within. `window` are the days that a promise or prediction speaks of.
STATEMENTS = pa.schema(
    [
        pa.field("statement_id", pa.string(), nullable=False),
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("part", pa.string(), nullable=False),
        pa.field("start", pa.int64(), nullable=False),
        pa.field("stop", pa.int64(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("form", pa.string(), nullable=False),
        pa.field("actor", pa.string(), nullable=False),
        pa.field("source_start", pa.int64(), nullable=False),
        pa.field("source_stop", pa.int64(), nullable=False),
        pa.field("cue_start", pa.int64(), nullable=False),
        pa.field("cue_stop", pa.int64(), nullable=False),
        pa.field("content", pa.list_(pa.list_(pa.int64(), 2)), nullable=False),
        pa.field("target", pa.string(), nullable=False),
        pa.field("frame", pa.string(), nullable=False),
        pa.field("polarity", pa.string(), nullable=False),
        pa.field("window_from", pa.date32()),
        pa.field("window_to", pa.date32()),
        pa.field("window_text", pa.string(), nullable=False),
        pa.field("outer", pa.string(), nullable=False),
        pa.field("coder", pa.string(), nullable=False),
        pa.field("score", pa.float32()),
    ]
)

TABLES: dict[str, pa.Schema] = {
    "annotated": ANNOTATED,
    "annotations": ANNOTATIONS,
    "articles": ARTICLES,
    "assignments": ASSIGNMENTS,
    "boilerplate": BOILERPLATE,
    "coders": CODERS,
    "completeness": COMPLETENESS,
    "copies": COPIES,
    "counts": COUNTS,
    "documents": DOCUMENTS,
    "imports": IMPORTS,
    "made": MADE,
    "matches": MATCHES,
    "origins": ORIGINS,
    "pairs": PAIRS,
    "registrations": REGISTRATIONS,
    "repeated": REPEATED,
    "reuse": REUSE,
    "runs": RUNS,
    "scales": SCALES,
    "scores": SCORES,
    "signatures": SIGNATURES,
    "statements": STATEMENTS,
    "tombstones": TOMBSTONES,
    "vectors": VECTORS,
}

_STARTS_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def no_formula(text: str) -> str:
    """Return a text as a CSV cell that no spreadsheet runs.

    Examples
    --------
    >>> no_formula("=1+1"), no_formula("1+1")
    ("'=1+1", '1+1')
    """
    return f"'{text}" if text.startswith(_STARTS_FORMULA) else text


# Every measure gives rows of this shape; `days` is how long a row lasts (7 for a weekly count). Rows of an
# article carry its doc_id and copy_id; rows without say what was observed (`den` 0: a day without an article).
# `part` is title, body or boilerplate, where a measure looks into the text.
ROWS = pa.schema(
    [
        pa.field("doc_id", pa.string()),
        pa.field("start", pa.int64()),
        pa.field("stop", pa.int64()),
        pa.field("date", pa.date32()),
        pa.field("days", pa.int16()),
        pa.field("outlet", pa.string()),
        pa.field("copy_id", pa.string()),
        pa.field("part", pa.string()),
        pa.field("speech", pa.string()),
        pa.field("num", pa.float64()),
        pa.field("den", pa.float64()),
    ]
)

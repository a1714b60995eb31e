"""What the measures on sentences share: which articles, which coder, what is boilerplate, and days without any."""

from __future__ import annotations

QUERY = "($query = '' OR articles.doc_id IN (SELECT doc_id FROM matches WHERE query = $query))"
ANY = "($query = '' OR $query IN (SELECT query FROM matches))"


def days(den: str) -> str:
    """Return every outlet on every day, so that a day without articles is one; no figure where it was not observed."""
    return f"""\
SELECT CAST(NULL AS VARCHAR) AS doc_id, CAST(NULL AS BIGINT) AS start, CAST(NULL AS BIGINT) AS stop,
       completeness.day AS date, CAST(1 AS SMALLINT) AS days, completeness.outlet AS outlet,
       CAST(NULL AS VARCHAR) AS copy_id, CAST(NULL AS VARCHAR) AS part, CAST(NULL AS VARCHAR) AS speech,
       CAST(0 AS DOUBLE) AS num, CAST(CASE WHEN completeness.observed THEN {den} END AS DOUBLE) AS den
FROM completeness
WHERE {ANY}
"""


DAYS = days("0")
ORDER = "ORDER BY outlet, date, doc_id, part, start, stop"


def overlaps(table: str) -> str:
    """Return whether rows of a table stand in what its outlet repeats.

    Examples
    --------
    >>> overlaps("scores").splitlines()[0]
    "(scores.part = 'body' AND EXISTS ("
    """
    return f"""\
({table}.part = 'body' AND EXISTS (
         SELECT 1 FROM boilerplate WHERE boilerplate.doc_id = {table}.doc_id
         AND boilerplate.start < {table}.stop AND {table}.start < boilerplate.stop))"""


def of_sentences(num: str, *, scale: str = "", where: str = "TRUE") -> str:
    """Return a SELECT with one row a voice in a sentence.

    Parameters
    ----------
    num
        What is counted of it.
    scale
        The number whose reference `num` needs as ``scales.mean`` and ``scales.sd``, as SQL; none if empty.
    where
        Which voices.
    """
    joined = "JOIN scales ON scales.coder = scores.coder AND scales.lang = articles.lang AND scales.number = " + scale
    return f"""\
SELECT scores.doc_id AS doc_id, scores.start AS start, scores.stop AS stop,
       articles.day AS date, CAST(1 AS SMALLINT) AS days, articles.outlet AS outlet,
       articles.copy_id AS copy_id,
       CASE WHEN {overlaps("scores")} THEN 'boilerplate' ELSE scores.part END AS part,
       scores.speech AS speech, CAST({num} AS DOUBLE) AS num, CAST(1 AS DOUBLE) AS den
FROM scores JOIN coders ON coders.role = 'encoder' AND coders.coder = scores.coder
JOIN articles ON articles.doc_id = scores.doc_id
{joined if scale else ""}
WHERE articles.day IS NOT NULL AND {where} AND {QUERY}
"""


MENTIONS = f"""\
JOIN documents USING (doc_id, outlet)
LEFT JOIN (
  SELECT doc_id, count(*) AS many, count(*) FILTER (part = 'title') AS above,
         min(start) FILTER (part = 'body') AS first
  FROM annotations JOIN coders ON coders.role = 'actors' AND coders.coder = annotations.coder
  WHERE variable = 'mention' AND actor = $actor AND NOT {overlaps("annotations")}
  GROUP BY doc_id
) AS mentions ON mentions.doc_id = articles.doc_id"""
"""What joins ``mentions``, those of ``$actor``, and the texts to articles."""


def of_articles(num: str, den: str, *, join: str = MENTIONS, where: str = "TRUE") -> str:
    """Return a SELECT with one row an article.

    Parameters
    ----------
    num, den
        What stands above and below the line.
    join
        What is joined to the table of articles; the mentions of an actor, if not given.
    where
        Which articles.
    """
    return f"""\
SELECT articles.doc_id AS doc_id, CAST(NULL AS BIGINT) AS start, CAST(NULL AS BIGINT) AS stop,
       articles.day AS date, CAST(1 AS SMALLINT) AS days, articles.outlet AS outlet,
       articles.copy_id AS copy_id, CAST(NULL AS VARCHAR) AS part, CAST(NULL AS VARCHAR) AS speech,
       CAST({num} AS DOUBLE) AS num, CAST({den} AS DOUBLE) AS den
FROM articles {join}
WHERE articles.day IS NOT NULL AND {where} AND {QUERY}
"""


def joined(*parts: str) -> str:
    """Return SELECTs as one, in a fixed order."""
    return "UNION ALL\n".join(parts) + ORDER

"""Find out which column of a table holds what, from its header and a few of its rows.

What could be two things is not guessed but said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from tenor.errors import Place, SourceError, did_you_mean
from tenor.sources.dates import Undated, find_date
from tenor.sources.importer import ROLES, ArticleColumns
from tenor.sources.text import fold

# For each role, names in the order of their weight; names of one weight are rivals.
_NAMES = MappingProxyType(
    {
        "title": (
            (
                "title headline heading hd hed article_title news_title titel überschrift schlagzeile titre "
                "заголовок название назва başlık tytuł nadpis заглавие"
            ),
            "subject name_of_article",
        ),
        "text": (
            (
                "text body content full_text fulltext article_text article_body body_text news_text maintext "
                "plain_text texte contenu volltext inhalt artikeltext текст содержание зміст вміст metin içerik "
                "treść obsah съдържание haber_metni"
            ),
            "message article post artikel article_content beitrag сообщение статья стаття повідомлення haber",
        ),
        "date": (
            (
                "date published publish_date published_at publication_date pub_date pubdate date_published "
                "published_date datum erscheinungsdatum veröffentlicht date_de_publication дата дата_публикации "
                "дата_публікації tarih yayın_tarihi data datum_vydání data_publikacji datetime date_time "
                "publishedat seendate"
            ),
            "timestamp created_at created time day unix_timestamp",
        ),
        "outlet": (
            (
                "outlet media_name newspaper publication source_name publication_name outlet_name paper medium "
                "zeitung quelle journal издание источник видання джерело gazete kaynak gazeta źródło zdroj "
                "noviny вестник източник"
            ),
            "source media publisher channel chat site website domain media_outlet press canal kanal сайт канал",
            "media_url host",
        ),
        "url": (
            "url link article_url story_url permalink weblink adresse_web lien ссылка посилання bağlantı odkaz",
            "uri href web_url page_url",
        ),
        "native_id": (
            (
                "id native_id article_id doc_id document_id docid stories_id story_id guid uid accession_number "
                "an artikel_id идентификатор"
            ),
            "uuid nr number index no",
        ),
        "lang": (
            "lang language lang_code language_code sprache langue язык мова dil język jazyk език",
            "locale la",
        ),
    }
)
_WORD = re.compile(r"[\W_]+")
_SAMPLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """Which column seems to hold what, which roles could not be decided, and what is left over.

    `unclear` names the rivals for a role; the user decides by naming one.
    """

    columns: ArticleColumns
    unclear: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unused: tuple[str, ...] = ()


def guess_mapping(columns: Sequence[str], sample_rows: Sequence[Mapping[str, str]] = ()) -> Guess:
    """Guess which column holds the title, the text, the date and so on.

    Parameters
    ----------
    columns
        The header, as it stands.
    sample_rows
        A few rows; they tell an empty or impossible column from a real one.

    Returns
    -------
    Guess
        To be shown, corrected and saved.

    Examples
    --------
    >>> guess = guess_mapping(["Überschrift", "Volltext", "Datum", "Zeitung"])
    >>> guess.columns.by_role()
    {'title': 'Überschrift', 'text': 'Volltext', 'date': 'Datum', 'outlet': 'Zeitung'}
    >>> guess_mapping(["title", "date", "published_at", "source"]).unclear
    (('date', ('date', 'published_at')),)
    """
    found: dict[str, str] = {}
    unclear = []
    for role in ROLES:
        rivals = _rivals(role, columns, sample_rows[:_SAMPLE])
        if len(rivals) == 1:
            found[role] = rivals[0]
        elif rivals:
            unclear.append((role, rivals))
    used = set(found.values())
    return Guess(
        columns=ArticleColumns(**found),
        unclear=tuple(unclear),
        unused=tuple(name for name in columns if name not in used),
    )


def _rivals(role: str, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """Return the columns of the highest weight that could play a role."""
    for names in _NAMES[role]:
        known = {_plain(name) for name in names.split()}
        rivals = tuple(name for name in columns if _plain(name) in known and _possible(role, name, rows))
        if rivals:
            return rivals
    return ()


def date_candidates(columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that could hold dates by their name.

    Examples
    --------
    >>> date_candidates(["publish_date", "title", "indexed_date"])
    ('publish_date',)
    """
    known = {_plain(name) for names in _NAMES["date"] for name in names.split()}
    return tuple(name for name in columns if _plain(name) in known)


def _plain(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())
    return _WORD.sub("_", fold(spaced)).strip("_")


def _possible(role: str, name: str, rows: Sequence[Mapping[str, str]]) -> bool:
    """Return whether the cells of a column do not speak against a role."""
    cells = [cell for row in rows if (cell := row.get(name, "").strip())]
    if not cells:
        return not rows
    if role == "native_id":
        return len(set(cells)) == len(cells)
    if role == "url":
        return any("/" in cell or "." in cell for cell in cells)
    if role == "date":
        return any(map(_is_date, cells)) or not any(map(_has_letter, cells))
    return True


def _has_letter(cell: str) -> bool:
    return any(mark.isalpha() for mark in cell)


def _is_date(cell: str) -> bool:
    try:
        find_date(cell)
    except Undated:
        return False
    return True


def looks_like_header(names: Sequence[str]) -> bool:
    """Return whether a first line names what articles have: a title or a text, and something more.

    Examples
    --------
    >>> looks_like_header(["id", "headline"]), looks_like_header(["On Monday", " the talks began."])
    (True, False)
    """
    if len(names) == 1:
        known_alone = {_plain(name) for role in ("title", "text") for name in _NAMES[role][0].split()}
        return _plain(names[0]) in known_alone
    guess = guess_mapping(names)
    known = {*guess.columns.by_role(), *(role for role, _ in guess.unclear)}
    return len(known) >= 2 and bool(known & {"title", "text"})


def checked_columns(columns: ArticleColumns, names: Sequence[str], place: Place) -> ArticleColumns:
    """Return columns that a user named, if the table has them.

    Raises
    ------
    SourceError
        One is missing, or stands there twice.

    Examples
    --------
    >>> checked_columns(ArticleColumns(text="txt"), ["text", "date"], Place("a.csv"))
    Traceback (most recent call last):
    tenor.errors.SourceError: a.csv: no column 'txt' for the text; did you mean 'text'? (columns: text, date)
    """
    for role, column in columns.by_role().items():
        if names.count(column) == 1:
            continue
        what = f"no column '{column}' for the {role}" if column not in names else f"two columns '{column}'"
        hint = did_you_mean(column, names) if column not in names else "rename one"
        do = hint if hint.startswith("known") else f"{hint} (columns: {listed(names)})"
        raise SourceError(what, do=do, place=place)
    return columns


def completed_columns(said: ArticleColumns, guess: Guess) -> ArticleColumns:
    """Return the columns that were named, and for the other roles those that were guessed and are free.

    Examples
    --------
    >>> guess = guess_mapping(["text", "date", "source"])
    >>> completed_columns(ArticleColumns(title="text"), guess).by_role()
    {'title': 'text', 'date': 'date', 'outlet': 'source'}
    """
    named = said.by_role()
    free = {role: name for role, name in guess.columns.by_role().items() if name not in named.values()}
    return ArticleColumns(**{**free, **named})


def settled_columns(guess: Guess, names: Sequence[str], outlet: str, place: Place) -> ArticleColumns:
    """Return the guessed columns, if they are enough to read articles.

    Raises
    ------
    SourceError
        There is neither title nor text, or no outlet; the columns are listed.

    Examples
    --------
    >>> settled_columns(guess_mapping(["a", "b"]), ["a", "b"], "", Place("a.csv"))
    Traceback (most recent call last):
    tenor.errors.SourceError: a.csv: no column is known to hold a title or a text; name it under columns (columns: a, b)
    """
    rivals = dict(guess.unclear)
    for roles, what in ((("title", "text"), "a title or a text"), (("outlet",), "the outlet")):
        if any(getattr(guess.columns, role) for role in roles) or (roles == ("outlet",) and outlet):
            continue
        several = [name for role in roles for name in rivals.get(role, ())]
        if several:
            raise SourceError(f"{what} could be in {listed(several)}", do="name the column to take", place=place)
        do = "name it under columns" if len(roles) > 1 else "name its column, or give one outlet for the whole file"
        raise SourceError(f"no column is known to hold {what}", do=f"{do} (columns: {listed(names)})", place=place)
    return guess.columns


def listed(names: Sequence[str]) -> str:
    """Return names for a message, at most twenty.

    Examples
    --------
    >>> listed(["a", "b"])
    'a, b'
    """
    return ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")

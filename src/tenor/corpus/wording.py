"""The words of texts: counted for keyness, who is quoted by simple patterns, where a phrase came first.

No word is reduced to a stem and no case form is merged: "Путин" and "Путина" are two words, and two
names. Lists of words that say little (`STOP_WORDS`) are for display; estimates count every word.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tenor.corpus.phrases import finder, fold

Numbers = NDArray[np.int64]

_SAME = str.maketrans({"İ": "i", "I": "i", "ı": "i", "Ё": "е", "ё": "е", "’": "'", "ʼ": "'", "‘": "'", "`": "'"})
# Stress marks, soft hyphens and characters without width stand inside words.
_UNSEEN = re.compile("[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff]")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*(?![^\W_])|[^\W_]+(?:['-][^\W_]+)*")


def tokens(text: str, lang: str = "") -> list[str]:
    """Return the words and numbers of a text, as word lists count them.

    Lower case, accents kept; İ, I and ı are one letter (the case of a Turkish I can't be told from a
    text in capitals), and so are ё and е. Hyphens and apostrophes inside a word stay (``п'ять``,
    ``cease-fire``); what an apostrophe joins to a name goes: a case ending in Turkish, 's in English.

    Parameters
    ----------
    text
        Any text, best without its boilerplate.
    lang
        Its language; only ``tr`` and ``en`` make a difference.

    Examples
    --------
    >>> tokens("Trump’ın İSTANBUL'da 1,5 saati", "tr"), tokens("П’ять F-16, don't")
    (['trump', 'istanbul', '1,5', 'saati'], ["п'ять", 'f-16', "don't"])
    """
    plain = unicodedata.normalize("NFC", text).translate(_SAME).lower()
    found = _TOKEN.findall(_UNSEEN.sub("", plain))
    if lang == "tr":
        return [token.partition("'")[0] for token in found]
    if lang == "en":
        return [token.removesuffix("'s") for token in found]
    return found


STOP_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(tokens(words))
    for language, words in {
        "en": "a about after all also an and any are as at be been before being but by can could did do does for from"
        " had has have he her here him his how i if in into is it its just may more most much must my no not now of"
        " off on one only or other our out over own said says she should so some such than that the their them then"
        " there these they this those through to too under until up us very was we were what when where which while"
        " who whom why will with would yet you your",
        "ru": "а без более бы был была были было быть в вам вас весь во вот все всего всех вы г где да даже для до его"
        " ее ей ему если есть еще же за и из или им их к как ко когда которая которого которой которые который кто"
        " ли либо лишь между меня мне может мы на над надо нам нас не него нее нет ни них но ну о об один она они оно"
        " от перед по под после при про с сам свои своего своей свою себя со так также такой там те тем то того тоже"
        " только том тот тут у уже чем через что чтобы эта эти это этого этой этом этот эту я",
        "uk": "а або адже але без був була були було бути в вам вас весь ви вже від він вона вони воно все всі всіх г"
        " де для до його ж за зі з із і й її їй їм їх його йому коли котрий крім лише між мене ми може на над нам нас"
        " не неї ні них ніж ним але о об один однак по під після при про саме свого своєї свої свою себе так також"
        " та такий там те тим то того тоді той тому ту у це цей цього цієї цій ця ці чи через що щоб щодо як яка яке"
        " які який якого якої якщо я",
        "tr": "acaba ama ancak artik bana bazi belki ben beni benim bile bir biri biz bize bizim bu buna bunlar bunu"
        " bunun çok çünkü da daha de değil diye dolayi en fakat gibi göre hem hep her hiç için ile ise kadar karşi ki"
        " kim mi mu mü nasil ne neden nerede o olan olarak oldu olduğu olduğunu olmak on ona onlar onu onun oysa"
        " önce rağmen sadece sen siz sonra şey şu şunu tarafindan tüm üzere var ve veya ya yani yine yok zaten",
        "de": "aber als am an auch auf aus bei bis das dass dem den der des die durch ein eine einem einen einer eines"
        " er es für hat haben ich ihr ihre im in ist mit nach nicht noch nur oder sein seine sich sie sind so über um"
        " und uns unter vom von vor war waren was wenn wer wie wir wird werden wurde zu zum zur",
        "pl": "a aby ale bo by był była było były być co czy dla do gdy go i ich ile im in ja jak jako je jednak jego"
        " jej jest jeszcze już kiedy kto która które który której którzy lub ma między mnie może na nad nie nim o od"
        " on ona one oni oraz po pod przed przez przy są się tak także tam te tego tej ten to tu tych tylko tym u w"
        " we więc wszystko z za ze że",
    }.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TermTable:
    """Which document uses which term how often; one entry for each pair that occurs.

    Parameters
    ----------
    vocabulary
        The terms, sorted.
    doc, term, count
        Number of the document in the order given, place of the term in the vocabulary, uses.
    documents
        How many documents there were, those without words too.
    """

    vocabulary: tuple[str, ...]
    doc: Numbers
    term: Numbers
    count: Numbers
    documents: int


def term_table(batches: Iterable[pa.RecordBatch | pa.Table], *, least: int = 1) -> TermTable:
    """Return the terms of documents.

    Texts are not held; a pair of document and term takes 12 bytes, a different word about 150.

    Parameters
    ----------
    batches
        Rows with ``text``, boilerplate cut out, and ``lang`` (null: not known).
    least
        In how many documents a term must stand; rarer ones are left out.

    Examples
    --------
    >>> table = term_table([pa.table({"text": ["Talks, talks", "No talks"], "lang": ["en", None]})])
    >>> table.vocabulary, table.term.tolist(), table.count.tolist()
    (('no', 'talks'), [1, 0, 1], [2, 1, 1])
    """
    numbers: dict[str, int] = {}
    parts: list[NDArray[np.int32]] = [np.empty((0, 3), np.int32)]
    documents = 0
    for batch in batches:
        rows = []
        for text, lang in zip(batch["text"].to_pylist(), batch["lang"].to_pylist(), strict=True):
            for token, count in Counter(tokens(text or "", lang or "")).items():
                rows.append((documents, numbers.setdefault(token, len(numbers)), count))
            documents += 1
        parts.append(np.array(rows, np.int32).reshape(-1, 3))
    doc, term, count = np.concatenate(parts).T
    wide = np.bincount(term, minlength=len(numbers)) >= least
    words = sorted(word for word, number in numbers.items() if wide[number])
    place = np.zeros(len(numbers), np.int64)
    place[[numbers[word] for word in words]] = np.arange(len(words))
    kept = wide[term]
    columns = [doc[kept].astype(np.int64), place[term[kept]], count[kept].astype(np.int64)]
    order = np.lexsort((columns[1], columns[0]))
    return TermTable(
        vocabulary=tuple(words),
        doc=columns[0][order],
        term=columns[1][order],
        count=columns[2][order],
        documents=documents,
    )


# --- first use of a phrase -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A document that uses a phrase, and where its first use stands, in code points of the text."""

    doc_id: str
    start: int
    stop: int


def first_uses(rows: Iterable[tuple[str, str]], phrase: str) -> Iterator[Use]:
    """Yield the documents that use a phrase, in the order given: sorted by time, the first is its first use.

    Parameters
    ----------
    rows
        (doc_id, text) by time.
    phrase
        Words that follow each other; ``*`` at the end of a word stands for any ending.

    Raises
    ------
    StudyError
        The phrase holds no word.

    Examples
    --------
    >>> rows = [("a", "No miracle"), ("b", "«Красных линий» нет"), ("c", "Красная линия")]
    >>> [(use.doc_id, use.start, use.stop) for use in first_uses(rows, "красн* лини*")]
    [('b', 1, 14), ('c', 0, 13)]
    """
    wanted = finder([phrase])
    return (
        Use(doc_id=doc_id, start=span[0], stop=span[1])
        for doc_id, text in rows
        if (span := wanted.first(fold(text))) is not None
    )


# --- who is quoted ---------------------------------------------------------------------------------

_UPPER = "A-ZÀ-ÖØ-ÞĀĆČĎĐĘĞİŁŃŇŐŘŚŞŠŤŪŮŹŻŽА-ЯЁЄІЇҐ"
_LOWER = r"[^\W\d_A-ZÀ-ÖØ-ÞА-ЯЁЄІЇҐ]"
_ONE = rf"(?<![\w'’-])[{_UPPER}](?:['’][{_UPPER}])?{_LOWER}+(?:[{_UPPER}]{_LOWER}+)?(?:[-'’][{_UPPER}]?{_LOWER}+)*"
_PARTICLE = rf"(?:van|von|de|der|bin|al|el|la|da|di)(?= (?:der |den |la )?[{_UPPER}])"
_NAME = rf"{_ONE}(?:[ \u00a0](?:(?:[{_UPPER}]\. ?)*{_ONE}|{_PARTICLE})){{0,4}}"
# A word with a capital letter after a word without one: it is not written so for opening a sentence.
_INSIDE = re.compile(rf"(?<={_LOWER} ){_ONE}")
_QUOTE = "[\"“”„«»’']"

_VERBS = {
    "en": r"(?:said|says|told|added|warned|argued|insisted|stressed|explained|noted|tweeted|wrote|replied|claimed"
    r"|acknowledged|admitted|declared|announced|suggested|recalled|asked)",
    "ru": r"(?:сказал|заявил|сообщил|добавил|отметил|подчеркнул|пояснил|рассказал|написал|ответил|уточнил|объяснил"
    r"|напомнил|признал|указал|считает|уверен|заключил|констатировал|утверждает|предупредил)а?",
    "uk": r"(?:(?:сказа|заяви|повідоми|дода|зазначи|наголоси|підкресли|поясни|написа|уточни|нагада|визна|зауважи"
    r"|попереди|констатува|вказа)(?:в|ла)|(?:розпов|відпов)і(?:в|ла)|вважає|переконан(?:ий|а)|стверджує)",
    "tr": r"(?:dedi|söyledi|belirtti|kaydetti|açıkladı|vurguladı|ifade etti|diye konuştu|dile getirdi|aktardı|savundu"
    r"|bildirdi|duyurdu|uyardı|öne sürdü|iddia etti|yanıtını verdi|ifadelerini kullandı|ifadesini kullandı)",
}
_BY = {
    "en": r"(?:according to|in the words of)",
    "ru": r"(?:по словам|по мнению|со слов|по утверждению)",
    "uk": r"(?:за словами|на думку|зі слів|за твердженням)",
}


def _folded(words: str) -> frozenset[str]:
    return frozenset(fold(words).split())


# Words with a capital letter that are no person, as they stand in the text, and openings of sentences.
_NOBODY = _folded(
    "he she it they we i you the a an this that who what one but and as in on at no not yes both many some most"
    " officials police sources reuters bloomberg interfax tass times post journal news house ministry department"
    " street committee council party union bank office agency university group court commission kremlin nations"
    " service association institute center centre government army forces pentagon parliament congress senate"
    " washington moscow kyiv kiev london paris berlin ankara brussels beijing russia ukraine turkey iran israel"
    " when while if after because since though although before still then even yet so or with for how why where now"
    " edition development survey report research watch rights poll data records fund foundation society network"
    " magazine today press international national american united states airlines company inc corp democrats"
    " republicans campaign journal team board hospital college school radio television tv channel state county"
    " china america britain france germany poland nato monday tuesday wednesday thursday friday saturday sunday"
    " он она они оно это этот также тоже ранее источник как по но и а в на при так об кто что при затем позже"
    " кремль кремля мид москва москвы киев киева вашингтон анкара лондон париж берлин брюссель пекин минск варшава"
    " россия россии украина украины турция турции германия германии франция франции польша польши китай китая иран"
    " ирана израиль израиля беларусь белый белого госдеп пентагон минобороны госдума совфед новости интерфакс"
    " впрочем эксперт чиновник адвокат политик журналист депутат экономист политолог аналитик автор ведущий врач"
    " однако сегодня вчера тогда сейчас позднее например кроме между суд полиция партия компания банк ведомство"
    " рейтер газета агентство верховная верховный министерство правительство служба совет"
    " він вона вони воно це цей також раніше джерело як за але й і та на у про хто що потім згодом кремль москва"
    " київ києва україна україни росія росії польща білий міноборони генштаб держдеп уніан укрінформ рада верховна"
    " експерт чиновник адвокат політик журналіст депутат економіст політолог аналітик автор ведучий лікар однак"
    " сьогодні вчора тоді зараз пізніше наприклад крім суд поліція партія компанія банк відомство"
    " кабмін служба сбу о bu o ancak ayrıca ama fakat şu ve ise rusya ukrayna türkiye abd moskova kiev ankara"
    " bakanlığı bakanlık kremlin beyaz saray ajansı gazetesi kaynaklar yetkililer partisi"
)
_TITLES = _folded(
    "mr mrs ms dr sir lord president minister secretary senator chancellor general prime foreign defense defence"
    " analyst director representative sen rep gov gen col judge justice spokesperson councilmember captain colonel"
    " governor mayor spokesman spokeswoman professor ambassador congressman chairman king prince pope"
    " президент министр премьер премьер-министр сенатор депутат г-н экс-президент канцлер генерал"
    " президентка міністр прем'єр прем'єр-міністр речник речниця канцлер"
    " cumhurbaşkanı başbakan başbakanı bakan bakanı başkan başkanı sözcüsü lideri genel sekreteri müdürü vekili"
    " milletvekili yardımcısı"
)


def quoted_names(text: str, lang: str) -> list[tuple[str, int, int]]:
    """Return the persons a text quotes, by simple patterns: few of them wrongly, not all of them.

    Patterns stand for speech verbs beside a name, "according to" and a headline's ``Name: "..."``.
    A name is given as it stands: case forms are not merged ("Путина"), nor a surname with the full
    name; only a Turkish ending after an apostrophe is left out. Organisations are no names.

    Parameters
    ----------
    text
        Any text.
    lang
        ``en``, ``ru``, ``uk`` or ``tr``; for others only headlines are read.

    Returns
    -------
    list of (name, start, stop)
        In order, each place once; ``text[start:stop]`` is the name.

    Examples
    --------
    >>> quoted_names("“We will talk,” said President Donald Trump. The Kremlin said nothing.", "en")
    [('Donald Trump', 31, 43)]
    >>> quoted_names("По словам Дмитрия Пескова, дата не согласована", "ru")
    [('Дмитрия Пескова', 10, 25)]
    """
    runs = [match[0].split() for match in _RUN.finditer(text)]
    known = frozenset(_ENDING.sub("", run[-1]) for run in runs if len(run) > 1)
    if lang in _SLAVIC:
        known |= frozenset(_INSIDE.findall(text))
    spans: set[tuple[int, int]] = set()
    for pattern, kind in _PATTERNS.get(lang, ()) + _HEADLINES:
        for match in pattern.finditer(text):
            span = _person(text, match.span("name"), lang, after_titles=kind == _TITLED or lang in _SLAVIC)
            if span and (kind == _PLAIN or " " in text[slice(*span)] or _sure(text, span, known, kind)):
                spans.add(span)
    return [(text[start:stop], start, stop) for start, stop in _outermost(sorted(spans))]


def perhaps_persons(text: str, lang: str) -> list[str]:
    """Return every name that may be a person's: whoever is quoted, whoever has a title, and names of several words.

    Made for hiding names, so rather too many than too few: of a place with two names both are there.

    Examples
    --------
    >>> perhaps_persons("On Sunday Rob Tarn met Mr Moss of Upper Corvan at the Customs House.", "en")
    ['Moss', 'Rob Tarn', 'Upper Corvan']
    """
    found = {name for name, _, _ in quoted_names(text, lang)}
    for run in _RUN.finditer(text):
        name: list[str] = []
        titled = False
        for word in [*run[0].split(), ""]:
            plain = fold(_ENDING.sub("", word)).replace("’", "'")
            if word and plain not in _NOBODY and plain not in _TITLES:
                name.append(_ENDING.sub("", word))
                continue
            if len(name) > 1 or (name and titled):
                found.add(" ".join(name))
            name, titled = [], plain in _TITLES
    return sorted(found)


def _outermost(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield spans without those that lie in another."""
    for span in spans:
        if not any(other != span and other[0] <= span[0] and span[1] <= other[1] for other in spans):
            yield span


def _sure(text: str, span: tuple[int, int], known: frozenset[str], kind: str) -> bool:
    """Return whether a surname alone is a person's: a title stands before it, or a first name elsewhere."""
    before = _BEFORE.search(text, max(0, span[0] - 20), span[0])
    titled = before is not None and fold(before[1]) in _TITLES
    return titled or (kind == _KNOWN and text[slice(*span)] in known)


def _person(text: str, span: tuple[int, int], lang: str, *, after_titles: bool) -> tuple[int, int] | None:
    """Return where the person's name stands in a run of words with capital letters."""
    words = [match.span() for match in _SPACED.finditer(text, *span)]
    if lang in {"en", "tr"} and (ending := _ENDING.search(text, *words[-1])):
        words[-1] = (words[-1][0], ending.start())
    folded = [fold(text[start:stop]).replace("’", "'") for start, stop in words]
    first = max((place + 1 for place, word in enumerate(folded) if word in _TITLES), default=0)
    while first < len(words) and folded[first] in _NOBODY:
        first += 1
    kept = words[first:]
    if after_titles and len(kept) > 2:
        # "глава Газпрома Алексей Миллер": the words before the last two belong to the title.
        patronymic = text[slice(*kept[-2])].endswith(("вич", "вна", "івна", "ївна"))
        kept = kept[-3:] if patronymic else kept[-2:]
    name = text[kept[0][0] : kept[-1][1]] if kept else ""
    if lang in _SLAVIC and (re.search("[A-Za-z]", name) or (len(kept) == 1 and name.endswith(("ы", "и", "і", "ї")))):
        return None
    if not kept or len(kept) > 4 or _NOBODY.intersection(folded[first:]):
        return None
    return kept[0][0], kept[-1][1]


def _around(lang: str, aside: str, opening: str, titles: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return patterns of a language that puts the verb before or after the name."""
    verb, by = _VERBS[lang], _BY[lang]
    titled = rf"{titles}(?P<name>{_NAME}(?=\s*(?:[.,;:!?»\"”(\n—–]|$))|{_ONE} {_ONE}(?: {_ONE})*(?= ))"
    alone = _KNOWN if lang == "en" else _PLAIN
    before = rf"(?P<name>{_NAME})(?:, [^,.\n]{{1,80}},)?{aside} {verb}(?!\w)"
    return (
        (re.compile(rf"{opening}{verb}\s+(?P<name>{_NAME})"), alone),
        (re.compile(rf"{opening}{verb}\s+{titled}"), _TITLED),
        (re.compile(before), _KNOWN),
        (re.compile(rf"(?i:{by})\s+(?P<name>{_NAME})"), alone),
        (re.compile(rf"(?i:{by})\s+{titled}"), _TITLED),
    )


# When a surname alone is taken: always, after a title, or with a title or a first name elsewhere in the text.
_SLAVIC = frozenset({"ru", "uk"})
_PLAIN, _TITLED, _KNOWN = "plain", "titled", "known"
_RUN = re.compile(_NAME)
_SPACED = re.compile(r"[^ \u00a0]+")
_BEFORE = re.compile(r"([\w'-]+)\.?[ \u00a0]$")
_ENDING = re.compile(r"['’](?:[^\W\dA-ZÇĞİÖŞÜ_]*)$")
_EN_TITLES = (
    r"(?:(?:the|its|his|her|former|acting|foreign|prime|defen[cs]e|interior|president|minister|secretary|leader|chief"
    r"|mp|senator|governor|mayor|spokes(?:man|woman|person)|ambassador|professor|analyst|director) ){1,5}"
)
# Whatever stands between verb and name, as little as will do.
_SLAVIC_TITLES = rf"(?:[\w«»-]+ ){{1,8}}?(?={_ONE})"
_AFTER_DASH = rf"(?:(?:{_QUOTE},?|,|[.!?…])\s*[—–-]\s*|{_QUOTE},?\s+)"
_HEADLINES = ((re.compile(rf"^\s*(?P<name>{_NAME}):\s*[\"“«„'‘]", re.MULTILINE), _PLAIN),)
_TR = _VERBS["tr"]
_PATTERNS: dict[str, tuple[tuple[re.Pattern[str], str], ...]] = {
    "en": _around("en", r"(?: also| later| then| has)?", rf"{_QUOTE}\s+", _EN_TITLES),
    "ru": _around("ru", r"(?: также| ранее| позже)?", rf"(?:{_AFTER_DASH}|[Кк]ак |[Оо]б этом )", _SLAVIC_TITLES),
    "uk": _around(
        "uk", r"(?: також| раніше| пізніше)?", rf"(?:{_AFTER_DASH}|[Яя]к |[Пп]ро це )(?:також )?", _SLAVIC_TITLES
    ),
    "tr": (
        (re.compile(rf"(?P<name>{_NAME}),(?=[^.\n\"“]{{0,300}}?(?<!\w){_TR}\.)"), _KNOWN),
        (
            re.compile(rf"(?P<name>{_NAME}),?(?=[^.\n\"“]{{0,80}}[\"“][^\"”\n]{{3,400}}[\"”]\s*(?:\w+ ){{0,2}}{_TR})"),
            _PLAIN,
        ),
        (
            re.compile(rf"(?:diyen|belirten|söyleyen|vurgulayan|kaydeden|ifade eden) (?P<name>{_NAME})(?=,| |\.)"),
            _PLAIN,
        ),
        (re.compile(rf"(?P<name>{_NAME})(?:(?<=['’][ae])|(?<=['’][yn][ae])) göre"), _PLAIN),
        (re.compile(rf"(?P<name>{_NAME})(?: da| de| ise)? (?:şunları|şöyle|şu ifadeleri) "), _PLAIN),
        (re.compile(rf"[\"”],? {_TR} (?P<name>{_NAME})"), _PLAIN),
    ),
}

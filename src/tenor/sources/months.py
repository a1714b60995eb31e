"""Months, weekdays and time zones as newspapers write them, in nine languages.

Every name is looked up as `tenor.sources.text.fold` writes it, so case and accents do not matter.
"""

from __future__ import annotations

import re
from types import MappingProxyType

from tenor.sources.text import fold

# A line a language, months apart by spaces, the ways to write one of them apart by bars.
NAMES = MappingProxyType(
    {
        "en": "january|jan february|feb march|mar april|apr may june|jun july|jul august|aug "
        "september|sept|sep october|oct november|nov december|dec",
        "de": "januar|jänner|jan februar|feber|feb märz|mrz|mär april|apr mai juni|jun juli|jul august|aug "
        "september|sept|sep oktober|okt november|nov dezember|dez",
        "fr": "janvier|janv février|févr|fév mars avril|avr mai juin juillet|juil août "
        "septembre|sept octobre|oct novembre|nov décembre|déc",
        "ru": "января|январь|янв февраля|февраль|февр|фев марта|март|мар апреля|апрель|апр мая|май июня|июнь|июн "
        "июля|июль|июл августа|август|авг сентября|сентябрь|сент|сен октября|октябрь|окт ноября|ноябрь|нояб|ноя "
        "декабря|декабрь|дек",
        "uk": "січня|січень|січ лютого|лютий|лют березня|березень|бер квітня|квітень|квіт травня|травень|трав "
        "червня|червень|черв липня|липень|лип серпня|серпень|серп вересня|вересень|верес жовтня|жовтень|жовт "
        "листопада|листопад|лист грудня|грудень|груд",
        "tr": "ocak|oca şubat|şub mart|mar nisan|nis mayıs|may haziran|haz temmuz|tem ağustos|ağu eylül|eyl "
        "ekim|eki kasım|kas aralık|ara",
        "pl": "stycznia|styczeń|sty lutego|luty|lut marca|marzec|mar kwietnia|kwiecień|kwi maja|maj "
        "czerwca|czerwiec|cze lipca|lipiec|lip sierpnia|sierpień|sie września|wrzesień|wrz "
        "października|październik|paź listopada|listopad|lis grudnia|grudzień|gru",
        "cs": "ledna|leden února|únor března|březen dubna|duben května|květen června|červen července|červenec "
        "srpna|srpen září října|říjen listopadu|listopad prosince|prosinec",
        "bg": "януари|ян февруари|фев март|мар април|апр май юни юли август|авг септември|септ|сеп "
        "октомври|окт ноември|ноем|ное декември|дек",
    }
)

_WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun "
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so "
    "lundi mardi mercredi jeudi vendredi samedi dimanche "
    "понедельник вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс "
    "понеділок вівторок середа четвер пятниця п'ятниця субота неділя нд "
    "pazartesi salı çarşamba perşembe cuma cumartesi pazar "
    "poniedziałek wtorek środa czwartek piątek sobota niedziela "
    "pondělí úterý středa čtvrtek pátek neděle понеделник вторник сряда четвъртък петък събота неделя"
)


def _by_name() -> dict[str, int]:
    found = {}
    for months in NAMES.values():
        for number, names in enumerate(months.split(), start=1):
            found.update(dict.fromkeys(map(fold, names.split("|")), number))
    return found


MONTHS = MappingProxyType(_by_name())
WEEKDAYS = frozenset(map(fold, _WEEKDAYS.split()))

# Minutes east of Greenwich. Names that mean different hours in different countries stand in UNCLEAR_ZONES.
ZONES = MappingProxyType(
    {
        **dict.fromkeys(("z", "utc", "gmt", "wet", "ut"), 0),
        **dict.fromkeys(("bst", "cet", "mez", "west"), 60),
        **dict.fromkeys(("cest", "mesz", "eet", "sast"), 120),
        **dict.fromkeys(("eest", "msk", "мск", "trt"), 180),
        **dict.fromkeys(("jst", "kst"), 540),
        "edt": -240,
        "est": -300,
        "cdt": -300,
        "mdt": -360,
        "mst": -420,
        "pdt": -420,
        "pst": -480,
    }
)
UNCLEAR_ZONES = frozenset({"ist", "cst", "ast", "sst", "et", "ct", "mt", "pt", "bdt", "gst"})

MONTH = "(?:" + "|".join(sorted(map(re.escape, MONTHS), key=lambda name: (-len(name), name))) + r")(?!\w)"

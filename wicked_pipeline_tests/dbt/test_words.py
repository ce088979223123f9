"""Words as they are compared: the macros of dbt on words of every kind, against plain Python."""

import csv
import random
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from itertools import product
from pathlib import Path
from unicodedata import category

import duckdb
import pytest

from wicked_pipeline_tests.dbt import reference_channels as channels
from wicked_pipeline_tests.dbt.reference import normal
from wicked_pipeline_tests.dbt.warehouse import Warehouse

Words = Sequence[str | None]

ONE_TAG = [
    (
        "spring sale",
        [
            "Spring  Sale ",
            "spring+sale",
            "spring%20sale",
            "spring%2520sale",
            "spring%252520sale",
            "spring%2Bsale",
            "spring\u00a0sale",
            "spring&nbsp;sale",
            "\ufeffspring\u200b sale",
            "spring+sale+",
        ],
    ),
    (
        "café",
        ["caf%C3%A9", "cafe\u0301", "CAFE\u0301", "caf%c3%a9", "caf&#233;", "caf&#xE9;", "ca\u00adfé", "cafe%CC%81"],
    ),
    (
        "a & b",
        ["A &amp; B", "a &amp;amp; b", "a %26 b", "a+%26+b", "a &#38; b", "a%20%26amp%3B%20b"],
    ),
    (
        "50% off",
        ["50%25 off", "50%25+off", "50%25%20OFF", "50%2525 off"],
    ),
    (
        "facebook",
        ["Facebook", "\u200bfacebook", "facebook\u200d", "\u200efacebook\u200f", "face\u2060book", "%66acebook"],
    ),
    (
        "women 25+",
        ["Women 25+", "women+25%2B", "women%2025%2B"],
    ),
    (
        "οδοσ",
        ["ΟΔΟΣ", "οδος", "%CE%9F%CE%94%CE%9F%CE%A3"],
    ),
]
APART = [
    "50% off", "50 off", "18+", "18", "c++", "c", "100%", "100%2", "100%zz", "caf%e9", "caf", "buy 1 + 1", "buy 1 1",
    "[us]", "u", "a_b", "a b", "&nope;x", "&x", "&#55296;", "%ed%a0%80", "%ff",
]  # fmt: skip


@pytest.fixture(scope="module")
def in_sql(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Words], list[str]]:
    """What a macro, called with the column `word`, makes of words: dbt compiles it once."""
    warehouse = Warehouse(tmp_path_factory.mktemp("words") / "wicked.duckdb")
    compiled: dict[str, str] = {}

    def rows(call: str, words: Words) -> list[str]:
        if call not in compiled:
            compiled[call] = warehouse.compiled("{{ " + call + " }}")
        with duckdb.connect() as connection:
            query = f"select {compiled[call]} from (select unnest($words::varchar[]) as word)"
            return [row[0] for row in connection.execute(query, {"words": list(words)}).fetchall()]

    return rows


@pytest.mark.parametrize(("word", "spellings"), ONE_TAG, ids=[word for word, _ in ONE_TAG])
def test_spellings_of_one_tag_are_one(in_sql: Callable[..., list[str]], word: str, spellings: list[str]) -> None:
    assert dict(zip(spellings, in_sql("normalised('word')", spellings), strict=True)) == dict.fromkeys(spellings, word)


def test_what_is_no_other_spelling_stays_apart(in_sql: Callable[..., list[str]]) -> None:
    assert in_sql("normalised('word')", APART) == APART


def test_none_and_blanks_are_empty(in_sql: Callable[..., list[str]]) -> None:
    assert in_sql("normalised('word')", [None, "", " \t\u3000", "%20", "+%20", "\u200b"]) == ["", "", "", "", "+", ""]


PIECES = [
    "%", "2", "5", "0", "%25", "%20", "&", "amp;", "#", "3", "7", ";", "&#37;", "&#38;", "+", "%2B", "a", "B", " ",
    "e", "\u0301", "\u0308", "T", "\u2126", "\u037e", "%C3", "%A9", "%c3%a9", "%E2%80%8B", "%F0%9F%98%80", "\u200b",
    "\x00", "*", "?", "\t", "&nbsp;", "\u0130", "\u0085", "&#x110000;", "&#0;", "_", "\\", "[", "]",
]  # fmt: skip


def _any_word(rng: random.Random) -> str:
    """Pieces of encodings in any order, or any characters."""
    if rng.random() < 0.8:
        return "".join(rng.choices(PIECES, k=rng.randrange(14)))
    return "".join(character for character in map(chr, rng.choices(range(0xD800), k=5)) if category(character) != "Cn")


@pytest.mark.parametrize("seed", range(2))
def test_any_word_is_normalised_as_the_reference_does_and_once_is_enough(
    in_sql: Callable[..., list[str]], seed: int
) -> None:
    rng = random.Random(seed)
    words = [_any_word(rng) for _ in range(3000)]
    once = in_sql("normalised('word')", words)
    assert in_sql("normalised('word')", once) == once
    assert once == [normal(word) for word in words]


SOURCES = {
    "old.reddit.com": "reddit", "web.whatsapp.com": "whatsapp", "business.facebook.com": "facebook", "fb": "facebook",
    "search.yahoo.com": "yahoo", "images.google.co.uk": "google", "m.facebook.com": "facebook", "ig": "instagram",
    "android-app://com.google.android.gm": "google", "com.google.android.googlequicksearchbox": "google",
    "android-app://com.reddit.frontpage/": "reddit", "https://www.facebook.com/ads?x=y": "facebook",
    "l.instagram.com": "instagram", "google.com:443": "google", "www.t.co": "twitter", "x.com": "twitter",
    "shopping.google.com": "shopping.google", "music.youtube.com": "youtube", "m.youtu.be": "youtube",
    "search.yahoo.co.jp": "yahoo", "facebook.com.": "facebook", "pro.m.lnkd.in": "linkedin", "m.facebook": "facebook",
}  # fmt: skip
STRANGERS = [
    "notfacebook.com", "facebook.com.evil.net", "evil.net/facebook.com", "https://facebook.com@evil.net/",
    "someone@facebook.com", "campaign.x", "newsletter.fb", "my facebook.com", "facebook-ads.com",
    "evil.net?facebook.com", "facebook.evil.com", "android-app://org.facebook.evil", "com.facebook.evil.net", "", ".",
    "..com", "//",
]  # fmt: skip


def test_a_host_below_a_listed_source_belongs_to_it_and_a_strangers_does_not(
    in_sql: Callable[..., list[str]],
) -> None:
    names = in_sql("names_of_source('word', host_of_source('word'))", [*SOURCES, *STRANGERS])
    found = [next((channels.LISTS[name][1] for name in own if name in channels.LISTS), None) for own in names]
    assert dict(zip([*SOURCES, *STRANGERS], found, strict=True)) == SOURCES | dict.fromkeys(STRANGERS)
    assert found == [channels.LISTS[line][1] if (line := channels.listed(s)) else None for s in [*SOURCES, *STRANGERS]]


def test_names_in_the_seed_are_lines_of_it() -> None:
    with (Path(channels.SEED)).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    categories = {row["source"]: row["category"] for row in rows}
    assert all(categories[row["name"]] == row["category"] for row in rows if row["name"])


PATTERNS = [
    "[us]*", "[US] Prospecting*", "?", "??", "*", "", "a_b", "50% *", "\\*", "*\\d", "é?", "[*]", "18+*", "a|b", "(x)",
]  # fmt: skip


def test_only_star_and_question_mark_are_special_in_an_override(in_sql: Callable[..., list[str]]) -> None:
    words = [
        "[us]", "u", "s", "us", "[us] prospecting | broad", "a_b", "axb", "50% off", "50 off", "\\", "\\d", "d", "éé",
        "é", "日本", "", "[]", "18+ x", "18", "a|b", "a", "(x)", "x",
    ]  # fmt: skip
    likes = in_sql("like_pattern(normalised('word'))", PATTERNS)
    with duckdb.connect() as connection:
        for (pattern, like), word in product(zip(PATTERNS, likes, strict=True), words):
            [found] = connection.execute("select like_escape(?, ?, '\\')", [word, like]).fetchall()[0]
            glob = (normal(pattern) or "*").replace("[", "[[]")  # fnmatch knows brackets, and nothing else besides
            assert found == fnmatchcase(word, glob), (word, pattern)

"""Google Analytics 4's default channel group in plain Python, written from the table of rules and not from the SQL."""

import csv
import re
from pathlib import Path

from wicked_pipeline_tests.dbt.reference import normal

SEED = Path(__file__).parents[2] / "dbt" / "seeds" / "channel_sources.csv"


def _lists() -> dict[str, tuple[str, str]]:
    with SEED.open(encoding="utf-8") as file:
        return {row["source"]: (row["category"], row["name"] or row["source"]) for row in csv.DictReader(file)}


LISTS = _lists()
ENDING = re.compile(r"\.(com?\.[a-z]{2}|com|[a-z]{2})$")


def listed(source: str) -> str | None:
    """The line that a normalised source belongs to: its own, or that of a host which it is or lies under."""
    bare = re.sub(r"^(www|m|l|lm)\.", "", source)
    candidates = [source, bare]
    labels = _host(source).split(".")
    for number in range(len(labels) - 1):
        host = ".".join(labels[number:])
        candidates += [host, ENDING.sub("", host)] if ENDING.search(host) else [host]
    return next((name for name in candidates if name in LISTS), None)


def _host(source: str) -> str:
    if source.startswith("android-app:") or re.fullmatch(r"com\.\w+\.android(\.[\w.]+)?", source, re.ASCII):
        package = source.removeprefix("android-app://").split("/")[0]
        return ".".join(reversed(package.split(".")))
    address = re.sub(r"^([a-z][a-z0-9+.-]*:)?//", "", source)
    user, at, host = re.split("[/?#]", address)[0].rpartition("@")
    host = re.sub(":[0-9]+$", "", host).rstrip(".")
    is_host = re.fullmatch("[a-z0-9.-]+", host) and (not at or (address != source and "@" not in user))
    return host if is_host else ""


def category(source: str) -> str | None:
    line = listed(source)
    return LISTS[line][0] if line else None


def source_name(source: str) -> str:
    line = listed(source)
    return LISTS[line][1] if line else source


def default_channel_group(source: str | None, medium: str | None, campaign: str | None) -> str:
    s, m, c = normal(source), normal(medium), normal(campaign)
    kind = category(s)
    paid = "cp" in m or m in ("ppc", "retargeting") or m.startswith("paid")
    shop = kind == "shopping" or "shopping" in c or re.search(r"(^|[^a-df-z])shop", c) is not None
    emails = ("email", "e-mail", "e_mail", "e mail")
    socials = ("social", "social-network", "social-media", "sm", "social network", "social media")
    rules = (
        (is_direct(s, m), "Direct"),
        ("cross-network" in c, "Cross-network"),
        (shop and paid, "Paid Shopping"),
        (kind == "search" and paid, "Paid Search"),
        (kind == "social" and paid, "Paid Social"),
        (kind == "video" and paid, "Paid Video"),
        (m in ("display", "banner", "expandable", "interstitial", "cpm"), "Display"),
        (paid, "Paid Other"),
        (m == "ai-assistant", "AI Assistant"),
        (shop, "Organic Shopping"),
        (kind == "social" or m in socials, "Organic Social"),
        (kind == "video" or "video" in m, "Organic Video"),
        (kind == "search" or m == "organic", "Organic Search"),
        (m in ("referral", "app", "link"), "Referral"),
        (s in emails or m in emails, "Email"),
        (m in ("affiliate", "affiliates"), "Affiliates"),
        (m == "audio", "Audio"),
        ("sms" in (s, m), "SMS"),
        (m.endswith("push") or "mobile" in m or "notification" in m or s == "firebase", "Mobile Push Notifications"),
    )
    return next((channel for holds, channel in rules if holds), "Unassigned")


def is_direct(source: str, medium: str) -> bool:
    return source in ("", "direct", "(direct)") and medium in ("", "direct", "none", "(none)", "(not set)")


def channel(source: str | None, medium: str | None, campaign: str | None, kind: str) -> str:
    """The channel by the variable `attribution_channel`."""
    if kind == "default_channel_group":
        return default_channel_group(source, medium, campaign)
    if is_direct(normal(source), normal(medium)):
        return "Direct"
    words = [source_name(normal(source)), normal(medium), normal(campaign)]
    count = {"source": 1, "source_medium": 2}.get(kind, 3)
    return " / ".join(word or "(not set)" for word in words[:count])

"""Google Analytics 4's default channel group in plain Python, written from the table of rules and not from the SQL."""

import csv
import re
from pathlib import Path

from wicked_pipeline_tests.dbt.reference import normal

SEED = Path(__file__).parents[2] / "dbt" / "seeds" / "channel_sources.csv"


def _lists() -> dict[str, str]:
    with SEED.open(encoding="utf-8") as file:
        return {row["source"]: row["category"] for row in csv.DictReader(file)}


LISTS = _lists()


def category(source: str) -> str | None:
    bare = re.sub(r"^(www|m|l|lm)\.", "", source)
    host = re.sub(r"\.(com|[a-z]{2}|com?\.[a-z]{2})$", "", bare)
    return next((LISTS[name] for name in (source, bare, host) if name in LISTS), None)


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
    parts = {"source": [source], "source_medium": [source, medium]}.get(kind, [source, medium, campaign])
    return " / ".join(normal(part) or "(not set)" for part in parts)

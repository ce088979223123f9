"""The words of the sandbox's shop: names, e-mail hosts, products, and the channels of its clicks.

Data only. Spellings are as messy as people's UTM tags are: mixed case, `%20`, `+`, quotes, non-ASCII text, empty and
missing values.
"""

from dataclasses import dataclass
from itertools import product
from typing import Any


@dataclass(frozen=True)
class Channel:
    """A source and medium; how often a contact first arrives through it, and how often it comes back through it.

    `cost` is the shop's cost of a click; 0 if clicks are free.
    """

    source: str
    medium: str
    arrivals: float
    returns: float
    campaigns: tuple[str, ...]
    terms: tuple[str, ...] = ("",)
    system: str | None = None
    cost: float = 0.0


CHANNELS = (
    Channel(
        "google",
        "cpc",
        18,
        8,
        ("Brand - Exact", "NB | Shoes | US", "Shopping_All"),
        ("running shoes", "trail+run"),
        cost=3.0,
    ),
    Channel("Google", "CPC", 3, 1, ("brand%20-%20exact",), ("running%20shoes",), cost=3.0),
    Channel("google", "cpc", 3, 1, ("cross-network PMax \U0001f680 24",), cost=2.2),
    Channel("bing", "cpc", 4, 2, ("Brand - Exact", "DE_Generisch_Größe"), ("laufschuhe größe 42",), cost=2.4),
    Channel(
        "facebook",
        "paid social",
        14,
        5,
        ('Prospecting "LAL 1%"', "Retargeting 30d", "Été — soldes"),
        system="facebook",
        cost=2.8,
    ),
    Channel("Facebook", "Paid%20Social", 4, 2, ("Retargeting%2030d",), system="facebook", cost=2.8),
    Channel("fb", "paidsocial", 3, 1, ("prospecting_lal_1",), system="facebook", cost=2.8),
    Channel("ig", "paid_social", 4, 1, ("Reels 'Spring' drop",), system="facebook", cost=2.2),
    Channel("tiktok", "paid", 5, 1, ("TT-Spark-01", "限时优惠"), system="tiktok", cost=1.6),
    Channel("youtube", "cpc", 2, 1, ("Video/Review",), cost=1.8),
    Channel("criteo", "display", 2, 3, ("always-on",), cost=1.4),
    Channel("google", "organic", 10, 7, ("organic",)),
    Channel("duckduckgo", "organic", 1, 1, ("(not set)",)),
    Channel("instagram", "social", 3, 2, ("bio-link",)),
    Channel("pinterest", "Social", 1, 1, ("pins",)),
    Channel("klaviyo", "email", 1, 14, ("Welcome #1", "Newsletter; März", "Win-back 90d"), system="klaviyo"),
    Channel("Email", "email", 1, 8, ("test-campaign", 'A/B: "Last chance"'), system="hubspot"),
    Channel("newsletter", "E-Mail", 0.5, 2, ("weekly\tdigest",), system="activecampaign"),
    Channel("attentive", "sms", 0.5, 4, ("cart \\ reminder",), system="attentive"),
    Channel("shareasale", "affiliate", 3, 1, ("aff-20931",)),
    Channel("partner-jörg", "Affiliates", 2, 1, ("Läuferblog",)),
    Channel("blog.example.org", "referral", 2, 1, ("10 best shoes, reviewed",)),
    Channel("chatgpt.com", "ai-assistant", 1, 0.5, ("",)),
    Channel("podcast-run", "audio", 1, 0.5, ("ep-117",)),
    Channel("influencer", "sponsored", 1.5, 0.5, ("@ana\U0001f45f",)),
    Channel("direct", "direct", 9, 14, ("direct",)),
    Channel("(direct)", "(none)", 1, 2, ("(not set)",)),
    Channel("", "", 1, 1, ("",)),
)

FIRST_NAMES = (
    "Ana", "José", "Zoë", "Marie-Claire", "Jürgen", "Siobhán", "Łukasz", "Nguyễn", "美咲", "Олена", "محمد", "Emma",
    "Liam", "Olivia", "Noah", "Ava", "Mason", "Mia", "Lucas", "Grace", "Henry", "Chloe", "Daniel", "Ruth", "Sam",
    "Priya", "Kofi", 'Robert "Bob"', "D'Arcy", "Ingrid",
)  # fmt: skip
LAST_NAMES = (
    "Smith", "O'Brien", "García", "Müller", "Nowak", "Tanaka", "Ångström", "van der Berg", "Öztürk", "Singh", "Johnson",
    "Williams", "Brown", "Jones", "Davis", "Miller", "Wilson", "Moore", "Taylor", "Lee", "Şahin", "de la Cruz", "Kim",
    "Ivanova", "Haddad", "Okafor", "Sørensen", "Dvořák", "Nilsson", "Costa",
)  # fmt: skip
EMAIL_HOSTS = ("example.com", "mail.example.com", "example.org", "example.net", "bücher.example")
CONTACT_SYSTEMS = ("hubspot", "klaviyo", "shopify", "infusionsoft", "unknown")
ORDER_SYSTEMS = ("stripe", "shopify", "woocommerce", "paypal", None)

PRODUCTS = (
    ("TRAIL-01", "Trail Shoe “Fjällräven”"),
    ("ROAD-07", "Road Shoe 7"),
    ("SOCK-3P", 'Socks, 3 pairs, 10"'),
    ("CAP-ÉTÉ", "Casquette d'été"),
    ("GEL-24", "Energy gel (24 à 40 g)"),
    ("BOTTLE", "Bottle \\ 0.5 l"),
    ("GIFT", "Gift card \U0001f381"),
    ("靴-9", "限定シューズ"),
)


@dataclass(frozen=True)
class Touch:
    """The values of clicks through one advertisement or link. Clicks share these objects: replace, never edit them."""

    source: str | None
    utms: dict[str, str]
    tracking_url: str
    mailed: bool
    arrivals: float
    returns: float


def touches() -> list[Touch]:
    """One touch for each channel's campaigns, contents and terms."""
    return [
        _touch(channel, campaign, content, term)
        for channel in CHANNELS
        for campaign, content, term in product(channel.campaigns, ("a", "b%20v2"), channel.terms)
    ]


def _touch(channel: Channel, campaign: str, content: str, term: str) -> Touch:
    share = 1 / (len(channel.campaigns) * 2 * len(channel.terms))
    if channel.source == "direct":  # the specification's sample of a direct touchpoint
        content = term = "direct"
    utms: dict[str, Any] = {
        "source": channel.source,
        "medium": channel.medium,
        "campaign": campaign,
        "content": content,
    }
    if term or channel.system is None:  # advertisements without keywords have no term at all
        utms["term"] = term
    if not channel.source:  # a link without tags
        utms = {} if content == "a" else dict.fromkeys(utms, "")
    return Touch(
        source=channel.system,
        utms=utms,
        tracking_url=f"https://shop.example.com/?utm_source={channel.source}&c={len(campaign)}{content}",
        mailed=channel.medium.lower() in ("email", "e-mail", "sms"),
        arrivals=channel.arrivals * share,
        returns=channel.returns * share,
    )

"""One tag spelt in several ways, by a URL's, HTML's or Unicode's own rules; one source by several names; overrides."""

from collections.abc import Sequence

from wicked_pipeline_tests.cases.case import Case
from wicked_pipeline_tests.cases.records import Record, click, contact, instant, order

Tag = tuple[str, str | None, str | None]


def shop(*tags: Tag) -> dict[str, Sequence[Record]]:
    """A contact for each tag, who clicks it on a day and buys for 10 on the next one."""
    names = [f"C{number}" for number in range(len(tags))]
    return {
        "contacts": [contact(name) for name in names],
        "clicks": [click(name, "2024-02-05", *tag) for name, tag in zip(names, tags, strict=True)],
        "orders": [order(f"o-{name}", name, "2024-02-06", 10) for name in names],
    }


def touch(at: str, source: str) -> Record:
    """A touchpoint as the API gives it."""
    return {"date": instant(at), "source": source, "medium": "paid", "campaign": "x", "content": None, "term": None}


NAMES = ("fb", "Facebook", "m.facebook.com")
PERFORMANCE = """
    select source, medium, campaign, channel, coalesce(sum(spend), 0), sum(orders) from marts.channel_performance
    where account = $account and attribution_model = 'last_touch'
    group by all
"""
SPEND = "date,source,medium,campaign,currency,spend\n"

CASES = [
    Case(
        name="one-tag-encoded-in-many-ways",
        **shop(
            *[("facebook", "paid", f"spring{blank}sale") for blank in (" ", "%20", "+", "%2520", "\u00a0")],
            *[("facebook", "paid", word) for word in ("café", "caf%C3%A9", "cafe\u0301")],
            *[("facebook", "paid", word) for word in ("50% off", "50%25 off", "50%25+OFF")],
            ("facebook", "cpc", "z"),
            ("\u200bfacebook", "cpc", "z"),
            ("google", "cpc", "+running +shoes"),
            ("google", "cpc", "%2Brunning+%2Bshoes"),
            ("google", "cpc", "tees &amp; tops"),
            ("google", "cpc", "Tees+%26+Tops"),
        ),
        spend=[SPEND + "2024-02-06,facebook,paid,Spring Sale,USD,8\n2024-02-06,google,cpc,tees & tops,USD,3\n"],
        right={
            PERFORMANCE: [
                ("facebook", "paid", "spring sale", "Paid Social", 8, 5),
                ("facebook", "paid", "café", "Paid Social", 0, 3),
                ("facebook", "paid", "50% off", "Paid Social", 0, 3),
                ("facebook", "cpc", "z", "Paid Social", 0, 2),
                ("google", "cpc", "+running +shoes", "Paid Search", 0, 2),
                ("google", "cpc", "tees & tops", "Paid Search", 3, 2),
            ],
            "select count(distinct utm_campaign) from marts.clicks where account = $account": [(16,)],
        },
    ),
    Case(
        name="one-source-by-many-names",
        **shop(
            *[(name, "paid", "x") for name in ("fb", "Facebook", "m.facebook.com", "https://business.facebook.com/")],
            ("old.reddit.com", None, None),
            ("android-app://com.google.android.gm", None, None),
            ("images.google.co.uk", None, None),
            ("notfacebook.com", "paid", "x"),
            ("facebook.com.evil.net", "paid", "x"),
        ),
        spend=[SPEND + "2024-02-06,facebook,paid,x,USD,20\n2024-02-06,FB,paid,x,USD,4\n"],
        right={
            PERFORMANCE: [
                ("facebook", "paid", "x", "Paid Social", 24, 4),
                ("reddit", None, None, "Organic Social", 0, 1),
                ("google", None, None, "Organic Search", 0, 2),
                ("notfacebook.com", "paid", "x", "Paid Other", 0, 1),
                ("facebook.com.evil.net", "paid", "x", "Paid Other", 0, 1),
            ],
            "select source, source_name, sum(attributed_net) from marts.attribution_daily where account = $account"
            " and attribution_model = 'last_touch' and source_name = 'facebook' group by all": [
                ("fb", "facebook", 10),
                ("Facebook", "facebook", 10),
                ("m.facebook.com", "facebook", 10),
                ("https://business.facebook.com/", "facebook", 10),
            ],
            "select source_name, count(*) from marts.clicks where account = $account and source_name = 'google'"
            " group by all": [("google", 2)],
        },
    ),
    Case(
        name="leads-and-customers-of-one-source-by-many-names",
        contacts=[contact(f"L{number}", firstOptin=touch("2024-01-10", name)) for number, name in enumerate(NAMES)],
        orders=[
            order(f"o-{number}", f"L{number}", "2024-02-06", 10, attributions={"firstClick": touch("2024-01-10", name)})
            for number, name in enumerate(NAMES[1:])
        ],
        right={
            "select source_name, sum(leads), sum(customers) from marts.lead_cohorts where account = $account"
            " and months_since_lead = 1 group by all": [("facebook", 3, 2)],
            "select acquisition_source_name, count(distinct acquisition_source) from marts.customer_ltv"
            " where account = $account group by all": [("facebook", 2)],
            "select source_name, sum(customers), sum(net_revenue) from marts.ltv_cohorts_by_acquisition"
            " where account = $account and months_since_first_order = 0 group by all": [("facebook", 2, 20)],
        },
    ),
    Case(
        name="overrides-of-brackets",
        **shop(
            ("outbrain", "native", "[US] Prospecting | Broad"),
            ("outbrain", "native", "U Prospecting | Broad"),
            ("outbrain", "native", "100%_A\\B"),
            ("outbrain", "native", "100x_A\\B"),
            ("outbrain", "native", "é-1"),
        ),
        overrides=[
            ("", "", "[US] Prospecting*", "US Native"),
            ("", "", "100%_a\\b", "Percent"),
            ("Outbrain", "", "?-?", "Two Letters"),
        ],
        right={
            "select utm_campaign, channel from marts.clicks where account = $account": [
                ("[US] Prospecting | Broad", "US Native"),
                ("U Prospecting | Broad", "Unassigned"),
                ("100%_A\\B", "Percent"),
                ("100x_A\\B", "Unassigned"),
                ("é-1", "Two Letters"),
            ]
        },
    ),
    Case(
        name="an-override-of-one-spelling-only",
        **shop(("ig", "story", "o"), ("instagram", "story", "o")),
        spend=[SPEND + "2024-02-06,instagram,story,o,USD,5\n"],
        overrides=[("ig", "story", "", "Stories")],
        right={
            PERFORMANCE: [
                ("instagram", "story", "o", "Stories", 0, 1),
                ("instagram", "story", "o", "Organic Social", 5, 1),
            ]
        },
    ),
]

"""Paid clicks without UTMs: their URL tells where they are from, by UTMs of its own or by a platform's click id."""

from wicked_pipeline_tests.cases.case import Case
from wicked_pipeline_tests.cases.records import click, contact, order

SHOP = "https://shop.example.com/"
NONE = (None, None, None)
# a contact each: the record's source, medium and campaign, the tracking URL, and what is right
CLICKS = {
    "G1": (NONE, "?gclid=Cj0KCQ-x_1", "google", "cpc", None, "click id", "Paid Search"),
    "G2": (NONE, "?gad_source=1&gbraid=0AAA&x=", "google", "cpc", None, "click id", "Paid Search"),
    "G3": (NONE, "?a=b&amp;wbraid=Cj", "google", "cpc", None, "click id", "Paid Search"),
    "G4": (("(direct)", "(none)", "(not set)"), "#top?GCLID=Cj", "google", "cpc", None, "click id", "Paid Search"),
    "D1": (NONE, "?dclid=CN", "doubleclick", "cpm", None, "click id", "Display"),
    "M1": (NONE, "?msclkid=9f", "bing", "cpc", None, "click id", "Paid Search"),
    "F1": (NONE, "?fbclid=IwAR", "facebook", "social", None, "click id", "Organic Social"),
    "T1": (NONE, "?ttclid=E.C.P", "tiktok", "cpc", None, "click id", "Paid Social"),
    "L1": (NONE, "p/q?li_fat_id=1a-2b", "linkedin", "cpc", None, "click id", "Paid Social"),
    "S1": (NONE, "?ScCid=9&utm_campaign=spring+sale", "snapchat", "cpc", "spring sale", "click id", "Paid Social"),
    "R1": (NONE, "?rdt_cid=55", "reddit", "cpc", None, "click id", "Paid Social"),
    # an ad's link that was shared on Facebook: the id of the platform that was left last
    "F2": (NONE, "?gclid=Cj&fbclid=IwAR", "facebook", "social", None, "click id", "Organic Social"),
    "U1": (NONE, "?utm_source=klaviyo&UTM_MEDIUM=email&utm_campaign=caf%C3%A9%20x", "klaviyo", "email", "café x",
           "url", "Email"),
    "U2": (NONE, "?utm_source=instagram&utm_medium=paid&fbclid=Iw", "instagram", "paid", None, "url", "Paid Social"),
    "U3": ((None, None, "own"), "?utm_source=bing&utm_medium=cpc&utm_campaign=other", "bing", "cpc", "own", "url",
           "Paid Search"),
    # a URL that says of itself that it knows of no source
    "U4": (NONE, "?utm_source=(direct)&utm_medium=(none)&gclid=Cj", "google", "cpc", None, "click id", "Paid Search"),
    # the record's own words win
    "W1": (("newsletter", "email", "w"), "?gclid=Cj&utm_source=google&utm_medium=cpc", "newsletter", "email", "w",
           "record", "Email"),
    "W2": (("facebook", None, None), "?gclid=Cj", "facebook", None, None, "record", "Organic Social"),
    # nothing is told by a template, an empty id, another parameter's value or a name that only ends like one
    "N1": (NONE, "?gclid={gclid}&msclkid=&q=fbclid=1&xgclid=7", None, None, None, None, "Direct"),
    "N2": (("direct", "direct", "direct"), "", "direct", "direct", "direct", "record", "Direct"),
}  # fmt: skip

CASES = [
    Case(
        name="click-ids",
        contacts=[contact(name) for name in CLICKS],
        clicks=[
            click(name, "2024-02-05 10:00", *words, trackingUrl=SHOP + url) for name, (words, url, *_) in CLICKS.items()
        ]
        # an untagged click is passed over by last_non_direct, a paid one isn't
        + [click(name, "2024-02-05 11:00", *NONE) for name in CLICKS],
        orders=[
            order(f"o-{name}", name, "2024-02-06", 10)
            # the API's own touchpoint has the words of the record, and is the same click
            | {"attributions": {"firstClick": {"date": "2024-02-05T05:00:00", "source": None}}}
            for name in CLICKS
        ],
        right={
            "select contact_id, touch_source, touch_medium, touch_campaign, utm_from, channel from marts.clicks"
            " where account = $account and hour(clicked_at) = 10": [
                (name, *right) for name, (_, _, *right) in CLICKS.items()
            ],
            "select contact_id, utm_source, utm_medium, utm_campaign from staging.stg_wicked__clicks"
            " where account = $account and hour(clicked_at) = 10": [
                (name, *words) for name, (words, *_) in CLICKS.items()
            ],
            "select contact_id, source, medium, campaign, channel from marts.order_attribution"
            " where account = $account and attribution_model = 'last_non_direct'": [
                (name, source, medium, campaign, channel) if channel != "Direct" else (name, None, None, None, "Direct")
                for name, (_, _, source, medium, campaign, _, channel) in CLICKS.items()
            ],
            "select contact_id, agrees from marts.touchpoint_reconciliation"
            " where account = $account and touchpoint = 'first_click'": [
                (name, all(word in (None, "direct") for word in words)) for name, (words, *_) in CLICKS.items()
            ],
        },
    ),
]

"""Spend: corrected under another name or spelling, of two ad accounts, with credits, in other encodings, or unknown."""

from wicked_pipeline_tests.cases.case import Case
from wicked_pipeline_tests.cases.records import click, contact, order

TOLD_TWICE = "a_campaigns_day_is_told_by_one_file"
HEADER = "date,source,medium,campaign,currency,spend\n"
SPEND = "select date, source, campaign, spend from marts.channel_performance where account = $account" + (
    " and attribution_model = 'last_touch' and spend is not null"
)

CASES = [
    Case(
        name="spend-spelling",
        contacts=[contact("BOB", ltv=10)],
        clicks=[click("BOB", "2024-02-05", "facebook", "paid", "x")],
        orders=[order("o1", "BOB", "2024-02-06", 10)],
        spend=[HEADER + "2024-02-06,facebook,paid,x,USD,10\n", HEADER + "2024-02-06,Facebook,paid,x,USD,12\n"],
        right={
            "select source, campaign, spend, orders, profit from marts.channel_performance"
            " where account = $account and attribution_model = 'last_touch'": [("facebook", "x", 12, 1, -2)],
        },
        named_by=[TOLD_TWICE],
    ),
    # a correction that writes the source's other name, and its campaign as links do
    Case(
        name="spend-other-name",
        spend=[
            HEADER + "2024-02-06,fb,paid,Café bar,USD,10\n",
            HEADER + "2024-02-06,Facebook,paid,caf%C3%A9+bar,usd,12\n",
        ],
        right={SPEND: [("2024-02-06", "facebook", "café bar", 12)]},
        named_by=[TOLD_TWICE],
    ),
    # two exports of two ad accounts without a column for it, and Shopify's `usd`
    Case(
        name="spend-two-exports",
        spend=[
            HEADER + "2024-02-06,google,cpc,US brand,USD,10\n",
            HEADER.replace(",", ";") + '2024-02-06;google;cpc;"UK ""brand"", exact";usd;5\n',
        ],
        right={SPEND: [("2024-02-06", "google", "us brand", 10), ("2024-02-06", "google", 'uk "brand", exact', 5)]},
        not_named_by=[TOLD_TWICE],
    ),
    # one export for each currency, as Google delivers them to who pays in several
    Case(
        name="spend-currencies",
        spend=[HEADER + "2024-02-06,google,cpc,brand,NOK,100\n", HEADER + "2024-02-06,google,cpc,brand,USD,10\n"],
        right={
            "select currency, spend from marts.channel_performance where account = $account"
            " and attribution_model = 'last_touch'": [("NOK", 100), ("USD", 10)]
        },
        not_named_by=[TOLD_TWICE],
    ),
    # one campaign's name in two ad accounts; one export is corrected, and drops its other campaign
    Case(
        name="spend-ad-accounts",
        spend=[
            "ad_account," + HEADER + "US,2024-02-06,google,cpc,brand,USD,10\n",
            "ad_account," + HEADER + "UK,2024-02-06,google,cpc,brand,USD,5\nUK,2024-02-06,google,cpc,old,USD,1\n",
            "ad_account," + HEADER + "UK,2024-02-06,google,cpc,Brand,USD,6\n",
        ],
        right={SPEND: [("2024-02-06", "google", "brand", 16)]},
        not_named_by=[TOLD_TWICE],
    ),
    # an ad account's number as the platform's screen shows it, and as its export does
    Case(
        name="spend-ad-account-spellings",
        spend=[
            "ad_account," + HEADER + "123-456-7890,2024-02-06,google,cpc,brand,USD,10\n",
            "ad_account," + HEADER + "1234567890,2024-02-06,google,cpc,brand,USD,12\n",
            "ad_account," + HEADER + "act_55,2024-02-06,fb,paid,x,USD,1\nact_55,2024-02-06,fb,paid,y,USD,7\n",
            "ad_account," + HEADER + "55 ,2024-02-06,facebook,paid,x,USD,2\n",
        ],
        right={SPEND: [("2024-02-06", "google", "brand", 12), ("2024-02-06", "facebook", "x", 2)]},
        not_named_by=[TOLD_TWICE],
    ),
    # the refund of an invalid click, in a file that a spreadsheet wrote
    Case(
        name="spend-credit",
        spend=[("\ufeff" + HEADER + "2024-02-06,Größe,cpc,x,USD,-3.50\r\n").replace(",", "\t")],
        right={SPEND: [("2024-02-06", "größe", "x", -3.5)]},
    ),
    # what no file tells is null: Tuesday, when nothing was paid, is told; Sunday, bing and organic aren't
    Case(
        name="spend-unknown",
        contacts=[contact("ANN", ltv=50)],
        clicks=[
            click("ANN", "2024-02-04", "google", "cpc", "x"),
            click("ANN", "2024-02-07 16:00", "bing", "cpc", "x"),
            click("ANN", "2024-02-08 16:00", "google", "organic", None),
        ],
        orders=[
            order("o1", "ANN", "2024-02-04 16:00", 10),
            order("o2", "ANN", "2024-02-06", 10),
            order("o3", "ANN", "2024-02-07 17:00", 10),
            order("o4", "ANN", "2024-02-08 17:00", 10),
        ],
        spend=[HEADER + "2024-02-05,google,cpc,x,USD,4\n2024-02-08,google,cpc,x,USD,5\n"],
        right={
            "select date, source, medium, spend, orders, roas, cpa, ncac, profit from marts.channel_performance"
            " where account = $account and attribution_model = 'last_touch'": [
                ("2024-02-04", "google", "cpc", None, 1, None, None, None, None),
                ("2024-02-05", "google", "cpc", 4, 0, 0, None, None, -4),
                ("2024-02-06", "google", "cpc", 0, 1, None, 0, None, 10),
                ("2024-02-07", "bing", "cpc", None, 1, None, None, None, None),
                ("2024-02-08", "google", "cpc", 5, 0, 0, None, None, -5),
                ("2024-02-08", "google", "organic", None, 1, None, None, None, None),
            ],
        },
    ),
]

"""A contact and its clicks as the API's records, without the values that `touchpoints.py` derives later."""

from random import Random

from wicked_pipeline.sandbox import catalogue
from wicked_pipeline.sandbox.catalogue import Touch
from wicked_pipeline.sandbox.instants import utc_text
from wicked_pipeline.sandbox.touchpoints import Record


def contact_record(rng: Random, index: int, joined: float) -> Record:
    """The contact with this number, created at an epoch second, without values derived from its clicks and orders."""
    first, last = rng.choice(catalogue.FIRST_NAMES), rng.choice(catalogue.LAST_NAMES)
    word = "".join(letter for letter in f"{first}.{last}".lower() if letter.isalpha() or letter in ".'")
    tag = rng.choice(("", "", "", "+shop", "+news%20"))
    contact_id = f"AB-{1_000_000 + index}"
    return {
        "id": contact_id,
        "sourceId": f"src{rng.getrandbits(32):08x}{index:x}",
        "sourceSystem": rng.choice(catalogue.CONTACT_SYSTEMS),
        "email": f"{word}{index}{tag}@{rng.choice(catalogue.EMAIL_HOSTS)}",
        "firstName": first if rng.random() < 0.95 else None,
        "lastName": last if rng.random() < 0.93 else None,
        "LTV": 0,
        "createDate": utc_text(joined),
        "urlWicked": f"https://my.wickedreports.com/extras/customerltv?report=newlead&id={contact_id}",
    }


def click_record(contact: Record, date: str, touch: Touch, is_opt_in: bool, links: Record | None = None) -> Record:
    """A contact's click at an instant (UTC text). `isReOptin` marks each opt-in until `settle` finds the first."""
    return {
        "contactId": contact["id"],
        "contactSourceId": contact["sourceId"],
        "date": date,
        "email": contact["email"],
        "isFirstClick": False,
        "isFirstOptin": False,
        "isLastClick": False,
        "isReOptin": is_opt_in,
        "source": touch.source or contact.get("sourceSystem", "unknown"),
        "utms": touch.utms,
        "wickedid": contact["sourceId"] if touch.mailed else None,
        "wickedsource": touch.source if touch.mailed else None,
        "trackingUrl": touch.tracking_url,
        "links": links or {"contact": {"href": f"/contacts/{contact['id']}"}},
    }

"""Lands windows from the spool and spend from files in `raw.*`, and keeps the ledger. Knows tables, but no HTTP.

No other code writes the schema `raw`.
"""

from wicked_pipeline.landing.ad_spend import SpendError, checked_spend, load_spend, spend_files
from wicked_pipeline.landing.audit import Audit, LandedDay, audit, landed_days
from wicked_pipeline.landing.days import note_account
from wicked_pipeline.landing.facts import facts, requests_sent
from wicked_pipeline.landing.failures import note_failure
from wicked_pipeline.landing.ledger import Load, changes_of_run, densities, is_empty, missing_days
from wicked_pipeline.landing.rewind import CannotRewind, Rewound, check_rewind, rewind
from wicked_pipeline.landing.single import SingleContact, contacts_to_read, land_contact
from wicked_pipeline.landing.versions import forget_versions
from wicked_pipeline.landing.windows import land

__all__ = [
    "Audit",
    "CannotRewind",
    "LandedDay",
    "Load",
    "Rewound",
    "SingleContact",
    "SpendError",
    "audit",
    "changes_of_run",
    "check_rewind",
    "checked_spend",
    "contacts_to_read",
    "densities",
    "facts",
    "forget_versions",
    "is_empty",
    "land",
    "land_contact",
    "landed_days",
    "load_spend",
    "missing_days",
    "note_account",
    "note_failure",
    "requests_sent",
    "rewind",
    "spend_files",
]

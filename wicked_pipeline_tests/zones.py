"""Time zones of accounts that are out of the ordinary, and days on which their clocks change at midnight."""

from datetime import date
from zoneinfo import ZoneInfo

NAMES = (
    "UTC",
    "America/New_York",
    "America/Los_Angeles",
    "Pacific/Pago_Pago",
    "Pacific/Kiritimati",
    "Pacific/Auckland",
    "Asia/Kolkata",
    "America/Santiago",
    "Africa/Cairo",
    "America/Havana",
)
ZONES = tuple(map(ZoneInfo, NAMES))
CLOCK_CHANGES = (
    date(2024, 3, 10),  # Havana has no midnight
    date(2024, 4, 6),  # Santiago has the hour before midnight twice
    date(2024, 4, 26),  # Cairo has no midnight
    date(2024, 9, 8),  # Santiago has no midnight
    date(2024, 10, 31),  # Cairo has the hour before midnight twice
    date(2024, 11, 3),  # Havana has the hour after midnight twice
)

"""The tree of errors is as drawn, and their texts are fit to be shown."""

import re

import pytest
import requests

from wicked_pipeline.api import errors


def drawn() -> dict[str, str]:
    """Each error of the drawing by name, with its parent's."""
    parents: dict[str, str] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        if found := re.match(r"    ([│ ├└─]*)([A-Z]\w+)\b", line):
            depth = len(found[1]) // 4
            path[depth:] = [found[2]]
            parents[found[2]] = path[depth - 1] if depth else "ExpectedError"
    return parents


def test_the_tree_is_as_drawn() -> None:
    real = {
        name: value.__mro__[1].__name__
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.ApiError)
    }
    assert drawn() == real


@pytest.mark.parametrize("status", [*range(201, 206), *range(300, 600)])
def test_each_status_is_an_error_of_one_line(status: int) -> None:
    error = errors.from_status(status, "", "api.example.com")
    assert "api.example.com" in str(error)
    assert "\n" not in str(error)
    assert isinstance(error, errors.Transient) == (status in (408, 425, 429) or status >= 500 or status < 300)


@pytest.mark.parametrize(
    "error", [requests.Timeout, requests.exceptions.SSLError, requests.ConnectionError, requests.exceptions.InvalidURL]
)
def test_a_failed_exchange_is_told_without_the_librarys_text(error: type[requests.RequestException]) -> None:
    told = errors.from_transport(error("https://api.example.com/contacts/jo%40example.com"), "api.example.com")
    assert "contacts" not in str(told)


def test_only_who_has_taken_up_the_connection_can_be_late_with_the_answer() -> None:
    """A window is halved for a late answer; whoever can't be reached at all can't be helped so."""
    assert type(errors.from_transport(requests.ReadTimeout(), "api.example.com")) is errors.TimedOut
    assert type(errors.from_transport(requests.ConnectTimeout(), "api.example.com")) is errors.Unreachable


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("Contact with id jo@example.com not found.", "Contact with id (e-mail) not found."),
        ("see /contacts/jo%40example.com/orders", "see /contacts/(e-mail)/orders"),
        ("müller+x@exämple.de, o'neil@example.com", "(e-mail), (e-mail)"),
        ("key s3cret is\n  wrong", "key (key) is wrong"),
        ("x" * 500, "x" * errors.LONGEST_MESSAGE + "…"),
    ],
)
def test_a_message_is_cleaned(message: str, shown: str) -> None:
    assert errors.clean(message, "s3cret") == shown

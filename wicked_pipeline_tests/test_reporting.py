"""A run's progress as words."""

import threading

import pytest

from wicked_pipeline.progress import Progress
from wicked_pipeline.reporting import counted, duration, reported, sentence


def test_before_the_first_answer_it_says_what_is_waited_for() -> None:
    assert sentence(Progress(), 1) == "asking the API"
    assert sentence(Progress(waiting_seconds=12.4), 1) == "asking the API, waiting 12 s for the request budget"
    assert (
        sentence(Progress(waiting_for="the warehouse is in use"), 1)
        == "asking the API, waiting: the warehouse is in use"
    )


def test_it_counts_and_says_the_time_left_at_this_pace() -> None:
    progress = Progress(windows=3, records=12_345, requests=20, expected_requests=60)
    assert sentence(progress, 30) == "3 windows, 12,345 records, 20 of about 60 requests, about 60 s left"


@pytest.mark.parametrize(("number", "said"), [(0, "0 days"), (1, "1 day"), (0.7, "1 day"), (12_345, "12,345 days")])
def test_one_is_no_plural(number: float, said: str) -> None:
    assert counted(number, "day") == said


def test_more_requests_than_expected_leave_no_time_to_say() -> None:
    progress = Progress(windows=3, records=5, requests=70, expected_requests=60)
    assert sentence(progress, 30) == "3 windows, 5 records, 70 of about 70 requests"


@pytest.mark.parametrize(("seconds", "said"), [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (5400, "1 h 30 min")])
def test_lengths_of_time_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_reporting_ends_with_the_block() -> None:
    heard, once = [], threading.Event()
    with reported(lambda line: (heard.append(line), once.set()), every_seconds=0.01) as progress:
        progress.page(records=7, requests=1)
        assert once.wait(5)
    count = len(heard)
    assert "7 records" in heard[-1]
    assert not any(thread.name == "progress" for thread in threading.enumerate())
    assert len(heard) == count

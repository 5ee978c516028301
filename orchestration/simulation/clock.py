"""Time in the simulated company: instants are whole seconds of UTC since 1970, days are counted in Japan (UTC+9)."""

import csv
from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

HOUR = 3600
DAY = 86400
JST = 9 * HOUR
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def day_of(instant: int) -> int:
    """The Japanese calendar day of an instant, counted from 1970-01-01."""
    return (instant + JST) // DAY


def day_start(day: int) -> int:
    """The instant at which a Japanese day begins."""
    return day * DAY - JST


def to_date(day: int) -> date:
    """A counted day as a date."""
    return date.fromordinal(_EPOCH_ORDINAL + day)


def from_date(value: date) -> int:
    """A date as a counted day."""
    return value.toordinal() - _EPOCH_ORDINAL


def utc(instant: int) -> datetime:
    """An instant as an aware datetime."""
    return datetime.fromtimestamp(instant, UTC)


def month_start(day: int) -> int:
    """First day of the month of a day."""
    return day - to_date(day).day + 1


def add_months(day: int, months: int) -> int:
    """The same day of another month; the last day of that month where it is shorter."""
    value = to_date(day)
    year, month = divmod(value.year * 12 + value.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return from_date(first.replace(day=min(value.day, last.day)))


class BusinessHours:
    """Business seconds: 09:00–18:00 Japanese time on weekdays that are no holidays, as the seeds say."""

    def __init__(self, seeds: Path) -> None:
        with (seeds / "business_hours.csv").open(encoding="utf-8") as file:
            hours = next(csv.DictReader(file))
        self._open = int(hours["open_minute"]) * 60
        self._length = int(hours["close_minute"]) * 60 - self._open
        with (seeds / "holidays.csv").open(encoding="utf-8") as file:
            holidays = {from_date(date.fromisoformat(row["holiday_on"])) for row in csv.DictReader(file)}
        self._first = from_date(date(2010, 1, 1))
        self._before = [0]  # business seconds before each day
        self._is_open: list[bool] = []
        for day in range(self._first, from_date(date(2041, 1, 1))):
            is_open = to_date(day).weekday() < 5 and day not in holidays
            self._is_open.append(is_open)
            self._before.append(self._before[-1] + (self._length if is_open else 0))

    def is_open_day(self, day: int) -> bool:
        """Whether business is done on a day."""
        return self._is_open[day - self._first]

    def elapsed(self, instant: int) -> int:
        """Business seconds between the beginning of the calendar and an instant."""
        day = day_of(instant) - self._first
        within = min(max((instant + JST) % DAY - self._open, 0), self._length) if self._is_open[day] else 0
        return self._before[day] + within

    def between(self, start: int, end: int) -> int:
        """Business seconds between two instants."""
        return self.elapsed(end) - self.elapsed(start)

    def after(self, start: int, seconds: int) -> int:
        """The first instant at which `seconds` (> 0) business seconds have elapsed since `start`."""
        target = self.elapsed(start) + seconds
        day = bisect_left(self._before, target) - 1
        return day_start(self._first + day) + self._open + target - self._before[day]

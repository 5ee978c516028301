"""What the expectations allow: the table [expectations] of tasuki.toml."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Limits(BaseModel):
    """Every threshold of the suites."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    # handovers, rejections and losses of the last so many days are judged: what is older can no longer be kept
    promise_days: Annotated[int, Field(ge=1)] = 31
    # a feed may be this many hours older than as_of
    late_hours: Annotated[int, Field(ge=1)] = 72
    # a day's volume is held against the same weekdays of so many weeks before it, and may be so many standard deviations away
    volume_weeks: Annotated[int, Field(ge=4)] = 12
    volume_deviations: Annotated[float, Field(gt=0)] = 4.0
    # how much of the last whole month's leads may be of another persona or channel than in the three months before, 0 to 1
    mix_shift: Annotated[float, Field(gt=0, le=1)] = 0.25
    # months with fewer leads have no mix to speak of
    mix_min_leads: Annotated[int, Field(ge=1)] = 50

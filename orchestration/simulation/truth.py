"""The truth of the simulated company: who is who and what happened when, each fact with its instant (UTC seconds)."""

from dataclasses import dataclass, field

from orchestration.simulation.names import Company

# What a record says in a column of its export instead of what follows from the truth. No definition reads such a column.
Says = dict[str, str]


@dataclass(slots=True)
class MaRecord:
    """One record of a person in the MA. `merged_into` names the winner where it lost a merge."""

    id: str
    email: str
    created: int
    source: str
    source_detail: str
    company_name: str
    last_name: str
    merged_into: str = ""
    merged_at: int | None = None
    deleted_at: int | None = None
    lead_link: tuple[int, str] | None = None
    contact_link: tuple[int, str] | None = None
    is_opted_out: bool = False
    says: Says = field(default_factory=dict)


@dataclass(slots=True)
class CrmLead:
    """One lead in the CRM. `statuses` starts with the status it was created with."""

    id: str
    email: str
    created: int
    source: str
    ma_id: str
    company_name: str
    owner: str
    statuses: list[tuple[int, str]]
    reject_reason: str = ""
    converted_at: int | None = None
    account_id: str = ""
    contact_id: str = ""
    opportunity_id: str = ""
    master_id: str = ""
    deleted_at: int | None = None
    owner_changes: list[tuple[int, str]] = field(default_factory=list)
    says: Says = field(default_factory=dict)


@dataclass(slots=True)
class CrmContact:
    """One contact in the CRM."""

    id: str
    email: str
    created: int
    source: str
    ma_id: str
    account_id: str
    owner: str
    master_id: str = ""
    deleted_at: int | None = None
    says: Says = field(default_factory=dict)


@dataclass(slots=True)
class Opportunity:
    """One opportunity. `stages` starts with its creation; `is_missing`: the CRM lost it, only the leads name it."""

    id: str
    account_id: str
    company: Company
    created: int
    name: str
    source: str
    kind: str
    owner: str
    currency: str
    amounts: list[tuple[int, int]]
    close_days: list[tuple[int, int]]  # planned close day since when
    stages: list[tuple[int, str]]
    bant: tuple[str, str, str, str] = ("", "", "", "")
    accepted_at: int | None = None
    loss_reason: str = ""
    competitor: str = ""
    deleted_at: int | None = None
    merged_into: str = ""  # gone at `deleted_at` by a merge, and delivered on
    is_missing: bool = False
    lead_ids: list[str] = field(default_factory=list)
    person: "Person | None" = None
    says: Says = field(default_factory=dict)

    @property
    def final_close(self) -> tuple[int, str] | None:
        """When and how it closed for good; None while it is open."""
        closed = [(at, stage) for at, stage in self.stages if stage in ("Closed Won", "Closed Lost")]
        return closed[-1] if closed and self.stages[-1][1] == closed[-1][1] else None

    @property
    def won_at(self) -> int | None:
        """When it was won."""
        close = self.final_close
        return close[0] if close and close[1] == "Closed Won" else None


@dataclass(slots=True)
class Contract:
    """One contract of customer success. Days are counted from 1970; `ends` holds each agreed last day from when."""

    id: str
    account_id: str
    company: Company
    customer_name: str
    accepted_at: int
    start: int
    ends: list[tuple[int, int]]
    mrr: int
    origin: str
    opportunity_id: str = ""
    further_opportunity_ids: list[str] = field(default_factory=list)
    churned: int | None = None
    churn_known_at: int | None = None
    changes: list[tuple[str, str, int, int]] = field(default_factory=list)  # id, type, first day, mrr
    live_at: int | None = None
    scores: list[tuple[str, int, int, int | None]] = field(default_factory=list)  # id, answered at, csat, nps
    says: Says = field(default_factory=dict)


@dataclass(slots=True)
class Activity:
    """One sales activity in the CRM."""

    id: str
    at: int
    kind: str  # Call, Email, ListEmail, Meeting
    who_id: str
    opportunity_id: str
    direction: str
    outcome: str
    is_automated: bool
    owner: str
    says: Says = field(default_factory=dict)

    @property
    def booked_at(self) -> int:
        """When a meeting was entered into the calendar: two days before it."""
        return self.at - 2 * 86400


@dataclass(slots=True)
class Person:
    """One true person with everything that happened to them."""

    number: int
    last_name: str
    first_name: str
    company: Company
    email: str
    department: str
    title: str
    phone: str
    purpose: str = ""
    exclusion_reason: str = ""
    is_free_mail: bool = False
    is_scored: bool = True
    score: int = 0
    ma: list[MaRecord] = field(default_factory=list)
    leads: list[CrmLead] = field(default_factory=list)
    contacts: list[CrmContact] = field(default_factory=list)
    opportunities: list[Opportunity] = field(default_factory=list)
    lifecycle: list[tuple[int, str, str]] = field(default_factory=list)  # at, MA id, value
    scores: list[tuple[int, str, int]] = field(default_factory=list)  # at, MA id, points
    responses: list[tuple[int, str, str, int]] = field(default_factory=list)  # at, MA id, conversion id, campaign
    members: list[tuple[str, int, str, str, int | None]] = field(default_factory=list)
    # campaign members: id, created, campaign id, lead or contact id, day of response
    activities: list[Activity] = field(default_factory=list)
    roles: list[tuple[str, int, str, str, bool]] = field(default_factory=list)
    # contact roles: id, created, opportunity id, contact id, primary


@dataclass(slots=True)
class Campaign:
    """One marketing campaign of a system. Days are counted from 1970."""

    system: str
    id: str
    name: str
    channel: str
    programme_type: str
    objective: str
    start: int
    end: int
    cost: int


@dataclass(slots=True)
class Plant:
    """One planted conflict: what it is, at which boundary, and the records it is about."""

    kind: str
    boundary: str
    person: int | None
    records: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Extra:
    """A row of a raw table that exists from an instant on, beside what follows from the truth."""

    table: str
    at: int
    values: Says


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail event beside the bulk: of which person and record, and of what kind of programme."""

    at: int
    person: Person
    ma_id: str
    email: str
    kind: str  # SENT, BOUNCE, …
    campaign_id: str
    programme: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A planted mismatch: the rule that must report it, the records and the detail, and what was planted."""

    rule: str
    ma: str
    crm: str
    detail: str
    cause: str


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A planted case that a rule must not report, and why not."""

    rule: str
    ma: str
    crm: str
    why: str

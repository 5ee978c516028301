"""Lives: what happens to each person of the simulated company, told once and in order of time.

The script keeps to what the answer key can decide without doubt: a cycle is handed over once; inside sales receives
after the handover; a cycle that was handed over and fell asleep is not handed over again; nobody comes back while an
opportunity of theirs is open.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from orchestration.simulation.clock import (
    DAY,
    HOUR,
    JST,
    BusinessHours,
    add_months,
    day_of,
    day_start,
    month_start,
    to_date,
)
from orchestration.simulation.names import (
    DEPARTMENTS,
    FREE_MAIL,
    GIVEN_NAMES,
    SURNAMES,
    TITLES,
    Company,
    full_width,
    half_width_kana,
    make_companies,
    one_company,
)
from orchestration.simulation.truth import (
    Activity,
    Campaign,
    Contract,
    CrmContact,
    CrmLead,
    Extra,
    Fault,
    Mail,
    MaRecord,
    NearMiss,
    Opportunity,
    Person,
    Plant,
)

OPEN, WORKING = "Open - Not Contacted", "Working - Contacted"
MQL, HANDED_OVER = "marketingqualifiedlead", "salesqualifiedlead"
CUSTOMER = "customer"
REJECTED, UNQUALIFIED, NURTURING = "Rejected", "Unqualified", "Nurturing"
_MA_SOURCES = [
    ("ORGANIC_SEARCH", 30), ("PAID_SEARCH", 18), ("DIRECT_TRAFFIC", 12), ("EMAIL_MARKETING", 8), ("REFERRALS", 7),
    ("SOCIAL_MEDIA", 6), ("PAID_SOCIAL", 5), ("OTHER_CAMPAIGNS", 3), ("OFFLINE", 7), ("UNKNOWN", 2), ("", 2),
]  # fmt: skip
_BORN_LEAD_SOURCES = ["Outbound", "Teleprospecting", "Partner Referral", "Phone Inquiry", "Purchased List"]
_BORN_OPPORTUNITY_SOURCES = ["Outbound", "Partner Referral", "Employee Referral", "Sales Generated"]
_EXCLUDED = [("test", 8), ("internal", 6), ("competitor", 8), ("vendor", 6), ("research", 20), ("deleted", 10)]
_VALID_STAGES = ["Needs Analysis", "Value Proposition", "Proposal/Price Quote", "Negotiation/Review"]
# Each kind of conflict is planted at every n-th chance it has, first early so that a small company has one of each.
_EVERY = {
    ("B1", "lost"): (9, 45), ("B1", "delivered_late"): (15, 60), ("B1", "recovered"): (21, 60),
    ("B1", "double_entry"): (27, 50), ("B1", "invented"): (40, 250),
    ("B2", "lost"): (6, 30), ("B2", "delivered_late"): (10, 45), ("B2", "recovered"): (14, 45), ("B2", "invented"): (90, 300),
    ("B3", "lost"): (3, 12), ("B3", "delivered_late"): (5, 14), ("B3", "recovered"): (7, 14),
    ("B3", "double_entry"): (9, 14), ("B3", "invented"): (150, 600),
}  # fmt: skip


@dataclass
class _Joining:
    """An opportunity that a colleague's lead will be converted into as well."""

    opportunity: Opportunity
    converted_at: int


@dataclass
class World:
    """The simulated company while its people live. Call `people()` once; what is no person's is in the lists."""

    seed: int
    start: int
    end: int
    count: int
    plants_conflicts: bool
    hours: BusinessHours
    companies: list[Company] = field(default_factory=list)
    campaigns: list[Campaign] = field(default_factory=list)
    contracts: list[Contract] = field(default_factory=list)
    personless: list[Opportunity] = field(default_factory=list)
    plants: list[Plant] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    near_misses: list[NearMiss] = field(default_factory=list)
    extras: list[Extra] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)
        self.random = self._rng.random
        self._aside = random.Random(f"{self.seed} aside")  # facts that no life turns on
        self.companies = make_companies(self._rng, max(self.count // 4, 12))
        self._chances: Counter[tuple[str, str]] = Counter()
        self._next_plant = {key: first for key, (first, _) in _EVERY.items()}
        self._ids: Counter[str] = Counter()
        self._joining: _Joining | None = None
        self._contract_of: dict[str, Contract] = {}
        self._sources = [source for source, weight in _MA_SOURCES for _ in range(weight)]
        self.is_users = [f"005J0{n:010d}AAA" for n in range(1, 7)]
        self.fs_users = [f"005J0{n:010d}AAA" for n in range(11, 17)]
        self.unlisted: set[int] = set()  # companies whose account the CRM's list of keys does not name
        self.programmes: dict[str, str] = {}  # kind of mail programme -> campaign
        self.gone_user = "005J00000000099AAA"  # who has left the company
        self._make_campaigns()

    # -- small helpers ------------------------------------------------------------------------------------------

    def next_number(self, kind: str) -> int:
        """The next of a kind's running numbers."""
        self._ids[kind] += 1
        return self._ids[kind]

    def new_id(self, prefix: str) -> str:
        """A new id as the CRM makes them."""
        return f"{prefix}J0{self.next_number(prefix):010d}AAA"

    def next_ma_id(self) -> str:
        """A new id of an MA record."""
        return str(100_000 + 3 * self.next_number("ma"))

    def _pick(self, options: list[str]) -> str:
        return options[int(self.random() * len(options))]

    def _span(self, low: float, high: float) -> int:
        return int(low + self.random() * (high - low))

    def _after(self, mean: float) -> int:
        return 1 + int(self._rng.expovariate(1 / mean))

    def _web_time(self, at: int) -> int:
        """An instant on the day of `at` as people use the web: mostly in office hours, some in the night."""
        chance = self.random()
        hour = self._span(9, 18) if chance < 0.7 else self._span(18, 24) if chance < 0.87 else self._span(0, 9)
        return day_start(day_of(at)) + hour * HOUR + self._span(0, HOUR)

    def _work_time(self, at: int) -> int:
        """The first instant at or after `at` at which somebody works; a few work at night."""
        if self.random() < 0.06:
            return at
        day, second = day_of(at), (at + JST) % DAY
        if self.hours.is_open_day(day) and 9 * HOUR <= second < 18 * HOUR:
            return at
        day += second >= 9 * HOUR
        while not self.hours.is_open_day(day):
            day += 1
        return day_start(day) + 9 * HOUR + self._span(0, 3 * HOUR)

    def _plant(self, boundary: str, kind: str, is_possible: bool = True) -> bool:
        if not self.plants_conflicts:
            return False
        key = (boundary, kind)
        self._chances[key] += 1
        if self._chances[key] < self._next_plant[key] or not is_possible:
            return False
        self._next_plant[key] = self._chances[key] + _EVERY[key][1]
        return True

    def _late_arrival(self, boundary: str, out_at: int, tolerance: int) -> tuple[str, int] | None:
        """A planted late arrival, as (classification, instant), for a handoff given at `out_at`."""
        over = out_at + tolerance
        next_month = day_start(add_months(month_start(day_of(over)), 1))
        late = over + self._span(HOUR, 4 * DAY)
        if self._plant(boundary, "delivered_late", late < next_month - HOUR and late < self.end):
            return "delivered_late", late
        recovered = self._work_time(next_month + self._span(HOUR, 5 * DAY))
        if self._plant(boundary, "recovered", recovered < self.end):
            return "recovered", recovered
        return None

    def _make_campaigns(self) -> None:
        kinds = [
            ("hubspot", "ウェビナー", "webinar", "webinar", "lead generation"),
            ("hubspot", "ニュースレター", "email", "newsletter", "awareness"),
            ("hubspot", "検索広告", "paid_search", "advertisement", "promotion"),
            ("salesforce", "展示会", "Trade Show", "Trade Show", "lead generation"),
            ("salesforce", "セミナー", "Seminar", "Seminar", "differentiation"),
        ]
        first = day_of(self.start)
        for index in range(20):
            system, title, channel, programme, objective = kinds[index % len(kinds)]
            begin = first + (day_of(self.end) - first) * index // 20
            number = f"{5000 + index}" if system == "hubspot" else f"701J0{index + 1:010d}AAA"
            cost = self._span(5, 300) * 10_000
            name = f"{to_date(begin).year}年{to_date(begin).month}月{title}"
            self.campaigns.append(
                Campaign(system, number, name, channel, programme, objective, begin, begin + 30, cost)
            )
        self._ma_campaigns = [c for c in self.campaigns if c.system == "hubspot"]
        self._crm_campaigns = [c for c in self.campaigns if c.system == "salesforce"]
        self.crm_campaign = self._crm_campaigns[0].id
        self.nurture = Campaign(
            "salesforce", "701J00000000099AAA", "育成プログラム", "Nurture", "nurture", "lead generation",
            first, day_of(self.end), 1_200_000,
        )  # fmt: skip
        self.campaigns.append(self.nurture)

    # -- records ------------------------------------------------------------------------------------------------

    def people(self) -> Iterator[Person]:
        """Every person with their whole life, in order of number."""
        for number in range(self.count):
            person = self._live(number)
            if not person.exclusion_reason and _is_deleted(person):
                person.exclusion_reason = "deleted"
            for opportunity in person.opportunities:
                if opportunity.person is person:
                    self._replan(opportunity)
                    self._lose_to_the_faster(person, opportunity)
            yield person

    def _person(self, number: int, company: Company | None = None) -> Person:
        company = company or self.companies[int(self.random() * len(self.companies))]
        last, last_roman = SURNAMES[int(self.random() * len(SURNAMES))]
        first, first_roman = GIVEN_NAMES[int(self.random() * len(GIVEN_NAMES))]
        is_free = self.random() < 0.1
        domain = self._pick(FREE_MAIL) if is_free else company.domain
        department = "" if self.random() < 0.08 else self._pick(DEPARTMENTS)
        return Person(
            number=number,
            last_name=last,
            first_name=first,
            company=company,
            email=f"{last_roman}.{first_roman}{number}@{domain}",
            department=department,
            title=self._pick(TITLES),
            phone=f"03-{self._span(1000, 9999)}-{self._span(1000, 9999)}",
            is_free_mail=is_free,
        )

    def new_company(self) -> Company:
        """A further company, unlike any other in name, domain and corporate number."""
        company = one_company(self._rng, len(self.companies))
        self.companies.append(company)
        return company

    def new_person(self, number: int, company: Company, department: str, title: str) -> Person:
        """A person of a company, with an address of its domain."""
        (last, last_roman), (first, first_roman) = self._rng.choice(SURNAMES), self._rng.choice(GIVEN_NAMES)
        return Person(
            number=number,
            last_name=last,
            first_name=first,
            company=company,
            email=f"{last_roman}.{first_roman}{number}@{company.domain}",
            department=department,
            title=title,
            phone=f"06-{number // 10_000 % 10_000:04d}-{number % 10_000:04d}",
        )

    def account_of(self, company: Company, at: int) -> str:
        """The company's one account in the CRM, which exists from `at` at the latest."""
        company.account_since = at if company.account_since is None else min(at, company.account_since)
        return account_id(company)

    def start_programmes(self) -> None:
        """Mail programmes of the MA, one of each kind."""
        first, last = day_of(self.start), day_of(self.end)
        for place, kind in enumerate(("acquisition", "nurture", "customer", "transactional", "newsletter")):
            campaign = Campaign(
                "hubspot", str(5200 + place), f"メール {kind}", "email", kind, "lead generation", first, last, 50_000
            )
            self.campaigns.append(campaign)
            self.programmes[kind] = campaign.id

    def nurture_lead(self, person: Person, lead: CrmLead, at: int) -> None:
        """A lead that sales returned joins the nurture programme."""
        person.members.append((self.new_id("00v"), at + 60, self.nurture.id, lead.id, None))

    def exclude(self, person: Person, reason: str) -> None:
        """Make a person one that no KPI counts."""

        person.exclusion_reason = reason
        person.is_free_mail = False
        local = person.email.split("@")[0]
        if reason == "test":
            person.email, person.last_name, person.first_name = f"test@{person.company.domain}", "テスト", ""
            if "test" in person.company.mailbox_names:
                person.email = f"{local}@{person.company.domain}"
            person.company.mailbox_names.add("test")
        elif reason == "internal":
            person.email = f"{local}@tasuki-sample.co.jp"
        elif reason == "competitor" and self.random() < 0.5:
            person.email = f"{local}@kyogo-soft.co.jp"
        elif reason == "competitor":
            person.purpose = "競合"
        elif reason == "vendor" and self.random() < 0.5:
            person.email = f"{local}@haken-vendor.co.jp"
        elif reason == "vendor":
            person.purpose = "営業提案"
        elif reason == "research" and self.random() < 0.5:
            person.email = f"{local}@{self._pick(['hongo-u.ac.jp', 'sample-college.edu'])}"
        elif reason == "research":
            person.purpose = self._pick(["学生", "調査", "報道"])

    def _ma_record(self, person: Person, created: int, email: str) -> MaRecord:
        chance = self.random()
        record = MaRecord(
            id=self.next_ma_id(),
            email=email,
            created=created,
            source=self._pick(self._sources),
            source_detail="",
            company_name="" if person.is_free_mail and chance < 0.5 else person.company.spelling(self._rng),
            last_name=person.last_name,
            is_opted_out=person.number % 17 == 0,
        )
        person.ma.append(record)
        person.lifecycle.append((created, record.id, "subscriber" if chance > 0.9 else "lead"))
        return record

    def _respond(self, person: Person, ma_id: str, at: int) -> None:
        campaign = int(self.random() * len(self._ma_campaigns) * 2)
        person.responses.append((at, ma_id, f"f{self.next_number('form'):09d}", campaign))
        self._add_score(person, at + self._span(2, 40), self._span(6, 34))

    def _add_score(self, person: Person, at: int, points: int) -> None:
        person.score += points
        if person.is_scored and at < self.end:
            person.scores.append((at, person.ma[0].id, person.score))

    def _lead(self, person: Person, created: int, source: str, ma_id: str) -> CrmLead:
        lead = CrmLead(
            id=self.new_id("00Q"),
            email=person.email,
            created=created,
            source=source,
            ma_id=ma_id,
            company_name=person.company.spelling(self._rng),
            owner=self._pick(self.is_users),
            statuses=[(created, OPEN)],
        )
        person.leads.append(lead)
        if self.random() < 0.04:
            self._member(person, lead.id, created)
        return lead

    def _member(self, person: Person, record_id: str, at: int) -> None:
        campaign = self._crm_campaigns[int(self.random() * len(self._crm_campaigns))]
        person.members.append((self.new_id("00v"), at + 60, campaign.id, record_id, None))

    def _contact(self, person: Person, created: int, source: str) -> CrmContact:
        contact = CrmContact(
            id=self.new_id("003"),
            email=person.email,
            created=created,
            source=source,
            ma_id=person.ma[0].id if person.ma else "",
            account_id=self._account(person.company, created),
            owner=self._pick(self.fs_users),
        )
        person.contacts.append(contact)
        return contact

    def _account(self, company: Company, at: int) -> str:
        company.account_since = at if company.account_since is None else min(at, company.account_since)
        if company.number % 23 == 5 and company.corporate_number not in ("", "1234567890123") and self.random() < 0.4:
            company.duplicate_since = at if company.duplicate_since is None else min(at, company.duplicate_since)
            return duplicate_account_id(company)
        return account_id(company)

    def _act(
        self, person: Person, at: int, kind: str, who: str, outcome: str, opportunity: str = "", inbound: bool = False,
        automated: bool = False, owner: str = "",
    ) -> None:  # fmt: skip
        if at >= self.end:
            return
        prefix = "00U" if kind == "Meeting" else "00T"
        direction = "Inbound" if inbound else "Outbound" if self.random() < 0.7 else ""
        person.activities.append(
            Activity(
                self.new_id(prefix), at, kind, who, opportunity, direction, outcome, automated,
                owner or self.is_users[0],
            )
        )  # fmt: skip

    # -- lives --------------------------------------------------------------------------------------------------

    def _live(self, number: int) -> Person:
        joining, self._joining = self._joining, None
        if joining is not None:
            person = self._person(number, joining.opportunity.company)
            if self._join(person, joining):
                return person
        person = self._person(number)
        chance = self.random()
        if self._plant("B1", "invented"):
            self._live_invented_lead(person)
        elif self._plant("B2", "invented"):
            self._live_born_opportunity(person, "Web")
        elif self._plant("B3", "invented"):
            self._strange_contract(person.company, "")
            self._live_in_ma(person)
        elif chance < 0.06:
            self._live_outbound(person)
        elif chance < 0.10:
            self._live_born_opportunity(person, self._pick(_BORN_OPPORTUNITY_SOURCES))
        else:
            if chance < 0.158:
                reasons = [reason for reason, weight in _EXCLUDED for _ in range(weight)]
                self.exclude(person, self._pick(reasons))
            elif chance < 0.17:
                self._share_mailbox(person)
            elif chance > 0.997:
                self._personless_opportunity(person.company)
            elif chance > 0.994:
                self._strange_contract(person.company, self._pick(["partner", "direct", "existing"]))
            self._live_in_ma(person)
        return person

    def _share_mailbox(self, person: Person) -> None:
        name = person.last_name + person.first_name
        if name not in person.company.mailbox_names:
            person.company.mailbox_names.add(name)
            person.email, person.is_free_mail = f"info@{person.company.domain}", False

    def _birth(self) -> int:
        # Growth: the density of births doubles over the period.
        share = (9 * self.random() / 3 + 1) ** 0.5 - 1
        return min(self._web_time(self.start + int(share * (self.end - self.start))), self.end - 600)

    def _live_in_ma(self, person: Person) -> None:
        t = max(self._birth(), self.start + 10)
        person.is_scored = self.random() > 0.05
        record = self._ma_record(person, t - self._span(1, 4), person.email)
        if record.source == "OFFLINE" and self.random() < 0.6:
            person.score = self._span(0, 20)  # an imported card: no response yet
        else:
            self._respond(person, record.id, t)
        if person.exclusion_reason == "deleted":
            deleted = t + self._after(40 * DAY)
            record.deleted_at = deleted if deleted < self.end else t + (self.end - t) // 2
            return
        has_been_given = False
        for episode in range(4):
            if episode:
                self._respond(person, record.id, t)
            ended = self._episode(person, t, not has_been_given, bool(episode))
            if ended is None:
                break
            t, is_closed = ended
            has_been_given = not is_closed and any(value == HANDED_OVER for _, _, value in person.lifecycle)
            gap = self._span(1, 260) if self.random() < 0.6 else self._span(185, 400)
            if is_closed and self.random() < 0.45:
                reset = t + self._span(HOUR, 20 * HOUR)
                if reset < self.end and person.lifecycle[-1][2] != CUSTOMER:
                    person.lifecycle.append((reset, record.id, "lead"))
            elif is_closed or self.random() < 0.5:
                break
            t = self._web_time(t + gap * DAY + 2 * DAY)
            if t >= self.end:
                break
        self._merge_records(person)

    def _episode(self, person: Person, t: int, may_hand_over: bool, is_return: bool) -> tuple[int, bool] | None:
        """From a response to the end of what follows it: (last instant, whether a closer ended it), or None at the
        end of the period or of what is worth telling."""
        record = person.ma[0]
        while self.random() < 0.5:
            t = self._web_time(t + DAY + self._after(18 * DAY))
            if t >= self.end:
                return None
            self._respond(person, self._responding_record(person, t), t)
        if self.random() > (0.5 if is_return else 0.3) or not may_hand_over:
            return t + 60, False
        t += self._span(60, 2 * DAY)
        if t >= self.end:
            return None
        self._add_score(person, t - self._span(5, 40), self._span(0, 35))
        if person.lifecycle[-1][2] in (MQL, HANDED_OVER):
            person.lifecycle.append((t - 45, record.id, "lead"))
        if self.random() > 0.07:
            person.lifecycle.append((t, record.id, MQL))
            if self.random() > 0.85:
                if self.random() < 0.3 and t + 3 * DAY < self.end:
                    person.lifecycle.append((t + 3 * DAY, record.id, "lead"))  # a stage that goes back
                return t + 4 * DAY, False
            t += self._span(30, 60 * HOUR)
            if t >= self.end:
                return None
        person.lifecycle.append((t, record.id, HANDED_OVER))
        return self._handed_over(person, t)

    def _responding_record(self, person: Person, at: int) -> str:
        """The MA record a response falls on: sometimes a new one, made of the same address in another spelling."""
        chance = self.random()
        if chance > 0.1 or len(person.ma) > 2 or not person.is_scored or person.email.startswith(("info@", "test@")):
            return person.ma[-1].id if chance > 0.8 and person.ma[-1].merged_at is None else person.ma[0].id
        local, domain = person.email.split("@")
        spelling = self.random()
        if spelling < 0.3:
            email = f"{local.title()}@{domain.upper()}"
        elif spelling < 0.6:
            email = f"{local}+dl@{domain}"
        elif spelling < 0.8:
            email = full_width(person.email)
        else:
            email = f"{local}.private{len(person.ma)}@{self._pick(FREE_MAIL)}"
        record = self._ma_record(person, at - 1, email)
        if ".private" in email:  # no rule joins this address: the MA's own merge does
            record.merged_at = at + self._span(5 * 60, 2 * HOUR)
        elif self.random() < 0.4:
            record.merged_at = at + self._after(20 * DAY)
        record.last_name = half_width_kana(person.last_name)
        return record.id

    def _merge_records(self, person: Person) -> None:
        for index, record in enumerate(person.ma):
            if record.merged_at is None:
                continue
            if record.merged_at >= self.end:
                if ".private" not in record.email:
                    record.merged_at = None
                    continue
                record.merged_at = max(record.created + 1, self.end - 60)
            # Into the elder neighbour, so that three records make a chain; it must still be there.
            earlier = person.ma[index - 1]
            is_there = earlier.merged_at is None or earlier.merged_at > record.merged_at
            record.merged_into = earlier.id if is_there else person.ma[0].id

    def _handed_over(self, person: Person, out_at: int) -> tuple[int, bool] | None:
        if self._plant("B1", "lost", out_at < self.end - 30 * DAY):
            # whom the CRM has as a contact is received there, though no lead comes
            if not person.contacts:
                self.plants.append(Plant("lost", "B1", person.number, (person.ma[0].id,), out_at))
            return out_at + 10 * DAY, False
        late = self._late_arrival("B1", out_at, 24 * HOUR)
        at = (
            late[1] if late else out_at + (self._span(20, 600) if self.random() < 0.85 else self._span(HOUR, 20 * HOUR))
        )
        if at >= self.end:
            return None
        lead, at = self._receive(person, at)
        if late:
            self.plants.append(Plant(late[0], "B1", person.number, (person.ma[0].id, lead.id), at))
        if self._plant("B1", "double_entry", at < self.end - 20 * DAY):
            self._double_entry(person, lead, at)
        return self._work_lead(person, lead, at)

    def _receive(self, person: Person, at: int) -> tuple[CrmLead, int]:
        """The CRM lead inside sales gets: the one it gave back, or a new one."""
        record = person.ma[0]
        old = person.leads[-1] if person.leads else None
        if old is not None and old.converted_at is None and old.deleted_at is None:
            if self.random() < 0.8:
                old.statuses.append((at, OPEN))
                return old, at
            lead = self._lead(person, at, "Web", record.id)
            merged = at + self._span(2 * HOUR, 40 * HOUR)
            if merged < self.end:
                old.deleted_at, old.master_id = merged, lead.id
        else:
            lead = self._lead(person, at, self._pick(["Web", "Web", "Webinar", "Email"]), record.id)
        record.lead_link = (at + 30, lead.id)
        return lead, at

    def _double_entry(self, person: Person, lead: CrmLead, at: int) -> None:
        second = self._lead(person, at + self._span(2 * HOUR, 30 * HOUR), "Web", person.ma[0].id)
        second.deleted_at = second.created + self._span(HOUR, 20 * HOUR)
        if self.random() < 0.6:
            second.master_id = lead.id
        person.leads.remove(second)
        person.leads.insert(len(person.leads) - 1, second)  # the working lead stays the last
        self.plants.append(Plant("double_entry", "B1", person.number, (lead.id, second.id), second.created))

    def _work_lead(
        self, person: Person, lead: CrmLead, received: int, convert_at: int | None = None
    ) -> tuple[int, bool] | None:
        """Inside sales works a lead it has received. Same result as `_episode`."""
        t = received
        if self.random() < 0.3:
            self._act(person, t + self._span(30, 90), "Email", lead.id, "", automated=True)
        if self.random() < 0.1 and convert_at is None and t + 3 * DAY < self.end:
            lead.owner_changes.append((t + self._span(60, 3 * HOUR), lead.owner))
            lead.owner = self._pick(self.is_users)
        if self.random() < 0.13 and convert_at is None:
            return self._leave_untouched(lead, t)
        settled = received + 3 * DAY  # by then a double entry is, before anything ends the cycle
        t = self._work_time(t + self._after(5 * HOUR if self.random() < 0.8 else 3 * DAY))
        connected = self._attempt(person, lead, t)
        if self.random() < 0.04:
            self._act(person, t + self._span(600, 5 * HOUR), "Call", lead.id, "", inbound=True)
        accepts = convert_at is not None or self.random() < (0.92 if connected else 0.7)
        if accepts:
            t += self._span(30, 2 * DAY) if self.random() < 0.8 else self._span(3 * DAY, 12 * DAY)
            if convert_at is not None:
                t = min(t, convert_at - DAY)
            if t >= self.end:
                return None
            lead.statuses.append((t, WORKING))
        for _ in range(self._span(0, 4)):
            t = self._work_time(t + self._after(2 * DAY))
            if convert_at is not None and t >= convert_at:
                break
            connected = self._attempt(person, lead, t) or connected
        t = max(t + self._span(HOUR, 6 * DAY), settled)
        if convert_at is not None:
            return convert_at, True
        t = self._work_time(t)
        if t >= self.end:
            return None
        chance = self.random()
        if accepts and chance < 0.42:
            return self._convert(person, lead, t)
        if chance < 0.5:
            lead.statuses.append((t, REJECTED))
            reason = self._pick(["対象外業種", "連絡先不備", "情報収集のみ"])
            lead.reject_reason = reason if self._aside.random() > 0.2 else ""
        elif chance < 0.62:
            lead.statuses.append((t, UNQUALIFIED))
        elif chance < 0.8:
            lead.statuses.append((t, NURTURING))
            self.nurture_lead(person, lead, t)
        elif chance < 0.83:
            lead.deleted_at = t
            return None
        else:
            return t, False
        return self._given_back(person, lead, t)

    def _leave_untouched(self, lead: CrmLead, t: int) -> tuple[int, bool]:
        rejected = t + self._span(3 * DAY, 40 * DAY)
        if self.random() < 0.3 and rejected < self.end:
            lead.statuses.append((rejected, REJECTED))
            return rejected, True
        return t + HOUR, False

    def _given_back(self, person: Person, lead: CrmLead, t: int) -> tuple[int, bool] | None:
        """After a rejection or recycling: some leads inside sales takes up again by itself."""
        if self.random() > 0.12:
            return t, True
        again = self._work_time(t + self._span(5, 60) * DAY)
        if again >= self.end:
            return t, True
        lead.statuses.append((again, OPEN))
        return self._work_lead(person, lead, again)

    def _attempt(self, person: Person, lead: CrmLead, t: int) -> bool:
        chance = self.random()
        if chance < 0.65:
            outcome, kind = self._pick(["Connected", "No Answer", "No Answer", "Voicemail"]), "Call"
        elif chance < 0.95:
            outcome, kind = self._pick(["Replied", "", "", ""]), "Email"
        else:
            outcome, kind = self._pick(["Held", "No Show"]), "Meeting"
        self._act(person, t, kind, lead.id, outcome, owner=lead.owner)
        return outcome in ("Connected", "Replied", "Held")

    # -- opportunities and contracts ----------------------------------------------------------------------------

    def _convert(self, person: Person, lead: CrmLead, t: int) -> tuple[int, bool] | None:
        has_contact = bool(person.contacts) and person.contacts[-1].deleted_at is None
        contact = person.contacts[-1] if has_contact else None
        if contact is None or self.random() < 0.3:
            previous, contact = contact, self._contact(person, t + 1, lead.source)
            merged = t + self._span(DAY, 6 * DAY)
            if previous is not None and merged < self.end:
                previous.deleted_at, previous.master_id = merged, contact.id
        lead.converted_at, lead.contact_id, lead.account_id = t, contact.id, contact.account_id
        if person.ma:
            person.ma[0].contact_link = (t + 30, contact.id)
        if self.random() < 0.03:
            return None  # converted without an opportunity: told to its end
        if self._plant("B2", "lost", t < self.end - 30 * DAY):
            opportunity = self._opportunity(person.company, contact.account_id, t + 1, lead.source, "New Business")
            opportunity.is_missing = True
            opportunity.lead_ids.append(lead.id)
            lead.opportunity_id = opportunity.id
            self.plants.append(Plant("lost", "B2", person.number, (lead.id, opportunity.id), t))
            return None
        late = self._late_arrival("B2", t, 24 * HOUR)
        created = late[1] if late else t + 1
        opportunity = self._opportunity(person.company, contact.account_id, created, lead.source, "New Business")
        opportunity.lead_ids.append(lead.id)
        lead.opportunity_id = opportunity.id
        opportunity.person = person
        person.opportunities.append(opportunity)
        person.roles.append((self.new_id("00K"), created, opportunity.id, contact.id, True))
        if late:
            self.plants.append(Plant(late[0], "B2", person.number, (lead.id, opportunity.id), created))
        closed = self._sell(person, opportunity, contact)
        if not late and not person.exclusion_reason and self.random() < 0.06 and created > self.start + 60 * DAY:
            joins_at = created + self._span(HOUR, 3 * DAY)
            if joins_at < self.end and (closed is None or closed > joins_at + DAY):
                self._joining = _Joining(opportunity, joins_at)
        if closed is None:
            return None
        return closed + 15 * DAY, True

    def _opportunity(self, company: Company, account: str, created: int, source: str, kind: str) -> Opportunity:
        is_dollar = self.random() < 0.05
        amount = self._span(30, 600) * 100 if is_dollar else self._span(30, 800) * 10_000
        return Opportunity(
            id=self.new_id("006"),
            account_id=account,
            company=company,
            created=created,
            name=f"{company.stem} {self._pick(['新規導入', '基幹刷新', '営業支援', 'データ活用'])}",
            source=source,
            kind=kind,
            owner=self._pick(self.fs_users),
            currency="USD" if is_dollar else "JPY",
            amounts=[(created, amount)],
            close_days=[(created, day_of(created) + 90)],
            stages=[(created, "Prospecting" if self.random() < 0.5 else "Qualification")],
        )

    def _sell(self, person: Person | None, opportunity: Opportunity, contact: CrmContact | None) -> int | None:
        """Field sales works an opportunity. The instant it closed for good, or None while it is open."""
        may_win = person is None or not person.exclusion_reason
        who = contact.id if contact else ""
        t = self._work_time(opportunity.created + self._span(DAY, 9 * DAY))
        if person is not None and self.random() < 0.7:
            self._act(person, t - self._span(60, HOUR), "Meeting", who, self._pick(["Held", "Held", "No Show"]),
                      opportunity.id, owner=opportunity.owner)  # fmt: skip
        if t >= self.end:
            return None
        if self.random() < 0.25:
            return self._close(person, opportunity, t, "Closed Lost")
        opportunity.accepted_at = t
        opportunity.stages.append((t, "Needs Analysis"))
        facts = ["予算確保済み", "部長決裁", "業務効率化", "今期中"]
        filled = {int(self.random() * 4) for _ in range(4 if self.random() < 0.9 else 1)}
        budget, authority, need, timeline = (fact if place in filled else "" for place, fact in enumerate(facts))
        opportunity.bant = (budget, authority, need, timeline)
        for stage in _VALID_STAGES[1:]:
            if self.random() < 0.25:
                continue  # a skipped stage
            t = self._work_time(t + self._after(9 * DAY))
            if t >= self.end:
                return None
            opportunity.stages.append((t, stage))
            if stage.startswith("Proposal"):
                last = opportunity.amounts[-1][1]
                opportunity.amounts.append((t, max(last // 1000 * self._span(80, 120) * 10, 100)))
                if self.random() < 0.08 and t + 2 * DAY < self.end:
                    t += 2 * DAY
                    opportunity.stages.append((t, "Needs Analysis"))  # a stage that goes back
            if person is not None and self.random() < 0.5:
                self._act(
                    person, t - self._span(60, HOUR), "Meeting", who, "Held", opportunity.id, owner=opportunity.owner
                )
        if self.random() < 0.12:
            return None  # stays open
        t = self._work_time(t + self._after(25 * DAY))
        if t >= self.end:
            return None
        if self.random() < 0.12:
            t = self._to_the_edge(t, opportunity.stages[-1][0])
        return self._close(person, opportunity, t, "Closed Won" if may_win and self.random() < 0.5 else "Closed Lost")

    def _to_the_edge(self, t: int, after: int) -> int:
        """The night in which the month ends, between 00:00 and 09:00 in Japan and so still the day before in UTC."""
        edge = day_start(month_start(day_of(t) + 20)) + self._span(60, 9 * HOUR)
        return edge if after < edge < self.end else t

    def _close(self, person: Person | None, opportunity: Opportunity, t: int, stage: str) -> int | None:
        opportunity.stages.append((t, stage))
        if stage == "Closed Lost":
            opportunity.loss_reason = self._pick(["価格", "機能不足", "時期尚早", "競合", "失注理由不明"])
            opportunity.competitor = "競合ソフト社" if opportunity.loss_reason == "競合" else ""
            chance = self._aside.random()
            if chance < 0.12:
                opportunity.loss_reason = ""
            elif chance < 0.18:
                opportunity.loss_reason, opportunity.competitor = "他社決定", ""
            if self.random() < 0.07 and (person is None or not person.exclusion_reason):
                return self._reopen(person, opportunity, t)
            return t
        if self.random() < 0.1 and t + DAY < self.end:
            opportunity.amounts.append((t + DAY, opportunity.amounts[-1][1] + 100))  # corrected after the closing
        _call_customer(person, t, self.end)
        self._hand_to_success(person, opportunity, t)
        return t

    def _replan(self, opportunity: Opportunity) -> None:
        """What field sales rewrites while an opportunity is open: an early amount, and close dates that come too near."""
        close = opportunity.final_close
        until = min(close[0] if close else self.end, opportunity.deleted_at or self.end)
        early = opportunity.created + int((2 + 16 * self._aside.random()) * DAY)
        if self._aside.random() < 0.25 and early < until:
            amount = max(opportunity.amounts[0][1] // 1000 * (7 + int(self._aside.random() * 8)) * 100, 100)
            opportunity.amounts = sorted([*opportunity.amounts, (early, amount)])
        for _ in range(8):
            day = opportunity.close_days[-1][1]
            at = day_start(day - int(self._aside.random() * 10)) + 10 * HOUR
            if at >= until or self._aside.random() < 0.3:
                return
            moved = day + 15 + int(self._aside.random() * 90)
            opportunity.close_days.append((at, moved))

    def _lose_to_the_faster(self, person: Person, opportunity: Opportunity) -> None:
        """Of deals that were lost after a late first attempt, most went to a competitor."""
        if opportunity.stages[-1][1] != "Closed Lost" or not opportunity.lead_ids:
            return
        lead = next(lead for lead in person.leads if lead.id == opportunity.lead_ids[0])
        tried = [act.at for act in person.activities if act.who_id == lead.id and not act.is_automated]
        received = max(at for at, status in lead.statuses if status == OPEN)
        if min(tried, default=self.end) - received > DAY and self._aside.random() < 0.7:
            opportunity.loss_reason, opportunity.competitor = "競合", "競合ソフト社"

    def _reopen(self, person: Person | None, opportunity: Opportunity, lost: int) -> int | None:
        t = self._work_time(lost + self._span(4, 50) * DAY)
        if t >= self.end or opportunity.accepted_at is None:
            return lost
        opportunity.stages.append((t, "Negotiation/Review"))
        t = self._work_time(t + self._span(3, 30) * DAY)
        if t >= self.end:
            return None
        won = self.random() < 0.5
        opportunity.stages.append((t, "Closed Won" if won else "Closed Lost"))
        if won:
            _call_customer(person, t, self.end)
            self._hand_to_success(person, opportunity, t)
        return t

    def _hand_to_success(self, person: Person | None, opportunity: Opportunity, won: int) -> None:
        number = person.number if person else None
        if self._plant("B3", "lost", won < self.end - 30 * DAY):
            self.plants.append(Plant("lost", "B3", number, (opportunity.id,), won))
            return
        late = self._late_arrival("B3", won, 120 * HOUR)
        at = late[1] if late else min(self._work_time(won + self._span(2 * HOUR, 60 * HOUR)), won + 119 * HOUR)
        if at >= self.end:
            return
        contract = self._contract(opportunity.company, opportunity.account_id, at, opportunity)
        self._contract_of[opportunity.id] = contract
        if late:
            self.plants.append(Plant(late[0], "B3", number, (opportunity.id, contract.id), at))
        elif self._plant("B3", "double_entry", at < self.end - 5 * DAY):
            second = self._contract(
                opportunity.company, opportunity.account_id, at + self._span(HOUR, 3 * DAY), opportunity
            )
            self.plants.append(Plant("double_entry", "B3", number, (contract.id, second.id), second.accepted_at))
        elif person is not None and self.random() < 0.08 and opportunity.lead_ids and person.contacts:
            self._further_opportunity(person, opportunity, contract, won)

    def _further_opportunity(self, person: Person, first: Opportunity, contract: Contract, won: int) -> None:
        """A second deal of the same customer that goes on the same contract."""
        created = max(won - self._span(2, 20) * DAY, first.created + HOUR)
        t = won + self._span(HOUR, 5 * DAY)
        if t >= self.end:
            return
        contact = person.contacts[-1]
        second = self._opportunity(first.company, first.account_id, created, "", "Existing Business")
        second.accepted_at = created + (t - created) // 2
        second.bant = ("予算確保済み", "部長決裁", "", "")
        second.stages += [(second.accepted_at, "Needs Analysis"), (t, "Closed Won")]
        second.person = person
        person.opportunities.append(second)
        person.roles.append((self.new_id("00K"), created, second.id, contact.id, True))
        contract.further_opportunity_ids.append(second.id)

    def _contract(self, company: Company, account: str, accepted: int, opportunity: Opportunity | None) -> Contract:
        start = day_of(accepted) + self._span(0, 30)
        if self.random() < 0.5:
            start = add_months(month_start(start), 1)
        price = (
            100_000
            if opportunity is None
            else opportunity.amounts[-1][1] * (150 if opportunity.currency == "USD" else 1)
        )
        contract = Contract(
            id=f"C-{self.next_number('contract'):06d}",
            account_id=account,
            company=company,
            customer_name=company.spelling(self._rng),
            accepted_at=accepted,
            start=start,
            ends=[(accepted, add_months(start, 12) - 1)],
            mrr=max(price // 12 // 100 * 100, 5_000),
            origin="",
            opportunity_id=opportunity.id if opportunity else "",
        )
        self._service(contract)
        self.contracts.append(contract)
        return contract

    def _service(self, contract: Contract) -> None:
        """What becomes of a contract: changes of revenue, renewals, churn, answers to surveys."""
        last = day_of(self.end)
        mrr, day = contract.mrr, contract.start
        while self.random() < 0.4:
            day = add_months(month_start(day + self._span(60, 200)), 1)
            if day >= last + 30:
                break
            grows = self.random() < 0.65
            mrr = mrr * self._span(110, 160) // 100 if grows else mrr * self._span(50, 95) // 100
            contract.changes.append(
                (f"H-{self.next_number('change'):06d}", "expansion" if grows else "contraction", day, mrr)
            )
        for _ in range(5):
            end = contract.ends[-1][1]
            decided = day_start(end - 30)
            if decided >= self.end:
                break
            chance = self.random()
            if chance < 0.18:
                contract.churned, contract.churn_known_at = end + 1, decided
                contract.changes = [change for change in contract.changes if change[2] <= end]
                break
            if chance < 0.24:
                break  # runs out without a word
            contract.ends.append((decided, add_months(end + 1, 12) - 1))
        if contract.churned is None and self.random() < 0.07:
            day = add_months(month_start(contract.start), self._span(3, 12))
            if day > contract.start + 20 and day <= last and contract.ends[-1][1] > day:
                contract.churned, contract.churn_known_at = day, day_start(day - 14)
                contract.changes = [change for change in contract.changes if change[2] < day]
        if self.random() < 0.5:
            at = day_start(contract.start + 90) + 11 * HOUR
            if at < self.end:
                score = (f"S-{self.next_number('survey'):06d}", at, self._span(1, 6), self._span(0, 11))
                contract.scores.append(score)
        self._settle_in(contract)

    def _settle_in(self, contract: Contract) -> None:
        """When the customer goes live, and what it answers each half-year; some skip the question of recommending."""
        if self._aside.random() < 0.85:
            live = contract.accepted_at + int((5 + 110 * self._aside.random()) * DAY)
            contract.live_at = live if live < self.end else None
        last = contract.churned if contract.churned is not None else contract.ends[-1][1]
        day = day_of(contract.accepted_at) + 10
        while day <= last and day_start(day) + 11 * HOUR < self.end:
            if self._aside.random() < 0.5:
                nps = int(self._aside.random() * 11) if self._aside.random() < 0.8 else None
                ident = f"S-{self.next_number('survey'):06d}"
                contract.scores.append((ident, day_start(day) + 11 * HOUR, 1 + int(self._aside.random() * 5), nps))
            day += 180

    # -- people and things born in the CRM ----------------------------------------------------------------------

    def _live_outbound(self, person: Person) -> None:
        t = self._work_time(self._birth())
        if t >= self.end:
            t = self.end - 3600
        lead = self._lead(person, t, self._pick(_BORN_LEAD_SOURCES), "")
        ended = self._work_lead(person, lead, t)
        if ended is not None and ended[1] and self.random() < 0.3:
            t = self._web_time(ended[0] + self._span(3, 120) * DAY)  # signs up later: joined by the address
            if t < self.end:
                record = self._ma_record(person, t - 2, person.email)
                self._respond(person, record.id, t)

    def _live_invented_lead(self, person: Person) -> None:
        t = min(self._work_time(self._birth()), self.end - 12 * DAY)
        lead = self._lead(person, t, "Web", "")
        self.plants.append(Plant("invented", "B1", person.number, (lead.id,), t))
        self._work_lead(person, lead, t)

    def _live_born_opportunity(self, person: Person, source: str) -> None:
        is_invented = source == "Web"
        t = min(self._work_time(self._birth()), self.end - 12 * DAY)
        contact = self._contact(person, t, source)
        if self.random() < 0.15:
            self._responded_member(person, contact)
        t = min(t + self._span(0, 40) * DAY + HOUR, self.end - 11 * DAY)
        is_existing = not is_invented and self.random() < 0.3
        opportunity = self._opportunity(
            person.company, contact.account_id, t, "" if is_existing else source,
            "Existing Business" if is_existing else "New Business",
        )  # fmt: skip
        opportunity.person = person
        person.opportunities.append(opportunity)
        person.roles.append((self.new_id("00K"), t, opportunity.id, contact.id, True))
        if is_invented:
            self.plants.append(Plant("invented", "B2", person.number, (opportunity.id,), t))
        if not is_invented and t > self.end - 100 * DAY and self.random() < 0.4:
            opportunity.deleted_at = t + self._span(DAY, 10 * DAY)
            return
        self._sell(person, opportunity, contact)

    def _responded_member(self, person: Person, contact: CrmContact) -> None:
        campaign = self._crm_campaigns[int(self.random() * len(self._crm_campaigns))]
        day = day_of(contact.created) + self._span(0, 10)
        if day_start(day) + DAY < self.end:
            person.members.append((self.new_id("00v"), contact.created + 60, campaign.id, contact.id, day))

    def _personless_opportunity(self, company: Company) -> None:
        t = min(self._work_time(self._birth()), self.end - 12 * DAY)
        opportunity = self._opportunity(company, self._account(company, t), t, "Outbound", "New Business")
        self._sell(None, opportunity, None)
        self._replan(opportunity)
        self.personless.append(opportunity)

    def _strange_contract(self, company: Company, origin: str) -> None:
        """A contract without opportunity; without origin it is a planted conflict."""
        t = min(self._work_time(self._birth()), self.end - 12 * DAY)
        contract = self._contract(company, self._account(company, t), t, None)
        contract.origin = origin
        if not origin:
            self.plants.append(Plant("invented", "B3", None, (contract.id,), t))

    def _join(self, person: Person, joining: _Joining) -> bool:
        """A colleague whose lead is converted into somebody's opportunity. False where the times do not allow it."""
        opportunity, converted_at = joining.opportunity, joining.converted_at
        t = self._web_time(converted_at - self._span(20, 40) * DAY)
        out_at = converted_at - self._span(8, 14) * DAY
        if t <= self.start or converted_at >= self.end:
            return False
        record = self._ma_record(person, t - 2, person.email)
        self._respond(person, record.id, t)
        person.lifecycle.append((out_at - 2 * HOUR, record.id, MQL))
        person.lifecycle.append((out_at, record.id, HANDED_OVER))
        lead = self._lead(person, out_at + 300, "Web", record.id)
        record.lead_link = (out_at + 330, lead.id)
        self._work_lead(person, lead, out_at + 300, convert_at=converted_at)
        contact = self._contact(person, converted_at + 1, "Web")
        contact.account_id = opportunity.account_id
        lead.converted_at, lead.contact_id, lead.account_id = converted_at, contact.id, opportunity.account_id
        lead.opportunity_id = opportunity.id
        record.contact_link = (converted_at + 30, contact.id)
        opportunity.lead_ids.append(lead.id)
        person.opportunities.append(opportunity)
        person.roles.append((self.new_id("00K"), converted_at + 1, opportunity.id, contact.id, False))
        return True


def _is_deleted(person: Person) -> bool:
    """Whether every record of a person is deleted (a merge loser of the MA lives on in its winner)."""
    records: list[MaRecord | CrmLead | CrmContact] = [*person.ma, *person.leads, *person.contacts]
    return all(record.deleted_at is not None for record in records)


def _call_customer(person: Person | None, won: int, end: int) -> None:
    """The MA calls a person a customer an hour after the deal is won."""
    if person is not None and person.ma and won + HOUR < end:
        person.lifecycle.append((won + HOUR, person.ma[0].id, CUSTOMER))


def account_id(company: Company) -> str:
    """Id of a company's CRM account."""
    return f"001J0{company.number:010d}AAA"


def duplicate_account_id(company: Company) -> str:
    """Id of a company's second CRM account, which carries the same corporate number."""
    return f"001J1{company.number:010d}AAA"

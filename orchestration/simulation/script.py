"""A script: one person's life told step by step, each step as the mismatch catalogue wants it.

Who plants a fault leaves a step out, moves it or adds one. A step at or after the end of the period does not happen.
"""

from dataclasses import dataclass, field

from orchestration.simulation.clock import DAY, HOUR, add_months, day_of, day_start
from orchestration.simulation.life import HANDED_OVER, MQL, NURTURING, OPEN, REJECTED, UNQUALIFIED, WORKING, World
from orchestration.simulation.names import Company
from orchestration.simulation.truth import Activity, Contract, CrmContact, CrmLead, MaRecord, Opportunity, Person

STAGES = ["Needs Analysis", "Value Proposition", "Proposal/Price Quote", "Negotiation/Review"]
HOT_SCORE = 60


def office(world: World, day: int, hour: float = 10) -> int:
    """An hour of Japanese time on the first business day at or after a day."""
    while not world.hours.is_open_day(day):
        day += 1
    return day_start(day) + int(hour * HOUR)


@dataclass
class Script:
    """The life of one new person of a company of their own (or of `company`)."""

    world: World
    number: int
    company: Company | None = None
    department: str = "情報システム部"
    title: str = "部長"
    person: Person = field(init=False)

    def __post_init__(self) -> None:
        company = self.company or self.world.new_company()
        self.company = company
        self.person = self.world.new_person(self.number, company, self.department, self.title)

    @property
    def ma(self) -> MaRecord:
        """The person's record in the MA."""
        return self.person.ma[0]

    @property
    def lead(self) -> CrmLead:
        """The lead told last."""
        return self.person.leads[-1]

    @property
    def contact(self) -> CrmContact:
        """The contact told last."""
        return self.person.contacts[-1]

    @property
    def deal(self) -> Opportunity:
        """The opportunity told last."""
        return self.person.opportunities[-1]

    def is_past(self, at: int) -> bool:
        """Whether an instant lies within the period."""
        return at < self.world.end

    # -- marketing ----------------------------------------------------------------------------------------------

    def sign_up(self, at: int, source: str = "PAID_SEARCH", points: int = 20) -> MaRecord:
        """Enters the MA by filling in a form."""
        record = self.enter(at - 2, source)
        self.respond(at, points)
        return record

    def enter(self, at: int, source: str = "PAID_SEARCH", email: str = "") -> MaRecord:
        """Is entered into the MA."""
        person = self.person
        record = MaRecord(
            self.world.next_ma_id(), email or person.email, at, source, "", person.company.name, person.last_name
        )
        person.ma.append(record)
        person.lifecycle.append((at, record.id, "lead"))
        return record

    def respond(self, at: int, points: int = 10, ma_id: str = "") -> None:
        """Fills in a form."""
        if self.is_past(at):
            ident = self.world.next_number("form")
            self.person.responses.append((at, ma_id or self.ma.id, f"f{ident:09d}", 15))
            self.score(at + 10, points)

    def score(self, at: int, points: int) -> None:
        """The MA adds points."""
        if self.is_past(at):
            self.person.score += points
            self.person.scores.append((at, self.ma.id, self.person.score))

    def mark(self, at: int, value: str) -> None:
        """The MA, where it knows the person, sets the lifecycle stage."""
        if self.is_past(at) and self.person.ma:
            self.person.lifecycle.append((at, self.ma.id, value))

    def qualify(self, at: int) -> None:
        """Becomes an MQL: a response that is fresh and points enough to be hot."""
        self.respond(at - 120, max(HOT_SCORE + 5 - self.person.score, 1))
        self.mark(at, MQL)

    def hand_over(self, at: int) -> None:
        """Is handed over to inside sales."""
        self.mark(at, HANDED_OVER)

    # -- inside sales -------------------------------------------------------------------------------------------

    def receive(self, at: int, source: str = "Web", owner: str = "", ma_id: str | None = None) -> CrmLead | None:
        """Inside sales gets a lead that knows its MA record."""
        if not self.is_past(at):
            return None
        record = self.person.ma[0] if self.person.ma else None
        lead = CrmLead(
            id=self.world.new_id("00Q"),
            email=self.person.email,
            created=at,
            source=source,
            ma_id=ma_id if ma_id is not None else record.id if record else "",
            company_name=self.person.company.name,
            owner=owner or self.world.is_users[self.number % len(self.world.is_users)],
            statuses=[(at, OPEN)],
        )
        self.person.leads.append(lead)
        if record is not None and lead.ma_id:
            record.lead_link = (at + 30, lead.id)
        return lead

    def status(self, at: int, value: str) -> None:
        """Inside sales changes the lead's status."""
        if self.is_past(at):
            self.lead.statuses.append((at, value))

    def act(
        self, at: int, kind: str = "Call", outcome: str = "Connected", *, who: str = "", opportunity: str = "",
        automated: bool = False, direction: str = "Outbound",
    ) -> Activity | None:  # fmt: skip
        """A sales activity, by whoever owns what it is about."""
        if not self.is_past(at):
            return None
        ident = self.world.new_id("00U" if kind == "Meeting" else "00T")
        owner = self.deal.owner if opportunity else self.lead.owner if self.person.leads else self.world.is_users[0]
        activity = Activity(ident, at, kind, who or self.lead.id, opportunity, direction, outcome, automated, owner)
        self.person.activities.append(activity)
        return activity

    def accept(self, at: int) -> None:
        """Inside sales accepts the lead."""
        self.status(at, WORKING)

    def reject(self, at: int, reason: str = "対象外業種") -> None:
        """Inside sales rejects the lead; marketing takes it back."""
        self.status(at, REJECTED)
        if self.is_past(at):
            self.lead.reject_reason = reason
        self.give_back(at)

    def disqualify(self, at: int, reason: str = "対象外業種") -> None:
        """Inside sales finds that this is no lead."""
        self.status(at, UNQUALIFIED)
        if self.is_past(at):
            self.lead.reject_reason = reason
        self.give_back(at)

    def recycle(self, at: int, reason: str = "時期尚早", *, nurtured: bool = True) -> None:
        """Inside sales returns the lead for nurturing; marketing nurtures it."""
        self.status(at, NURTURING)
        if self.is_past(at):
            self.lead.reject_reason = reason
            if nurtured:
                self.world.nurture_lead(self.person, self.lead, at)
        self.give_back(at)

    def give_back(self, at: int) -> None:
        """The MA sets the stage back as soon as sales has ended the cycle."""
        self.mark(at + HOUR, "lead")

    def convert(self, at: int, opportunity_at: int | None = None, *, role: bool = True) -> None:
        """Inside sales converts the lead into a contact and an opportunity."""
        if not self.is_past(at + 1):
            return
        lead, person = self.lead, self.person
        contact = self.meet(at + 1, lead.source, lead.ma_id)
        lead.converted_at, lead.contact_id, lead.account_id = at, contact.id, contact.account_id
        if person.ma:
            person.ma[0].contact_link = (at + 30, contact.id)
        deal = self.open_deal(opportunity_at or at + 1, lead.source, "New Business", role=role)
        deal.lead_ids.append(lead.id)
        lead.opportunity_id = deal.id
        self.mark(at + HOUR, "opportunity")

    def join(self, at: int, deal: Opportunity) -> None:
        """The lead is converted into the opportunity of a colleague."""
        lead = self.lead
        contact = self.meet(at + 1, lead.source, lead.ma_id)
        lead.converted_at, lead.contact_id, lead.account_id = at, contact.id, contact.account_id
        lead.opportunity_id = deal.id
        deal.lead_ids.append(lead.id)
        if self.person.ma:
            self.ma.contact_link = (at + 30, contact.id)
        self.person.opportunities.append(deal)
        self.person.roles.append((self.world.new_id("00K"), at + 1, deal.id, contact.id, False))
        self.mark(at + HOUR, "opportunity")

    # -- field sales --------------------------------------------------------------------------------------------

    def meet(self, at: int, source: str, ma_id: str = "") -> CrmContact:
        """A contact of the company's account."""
        company = self.person.company
        contact = CrmContact(
            id=self.world.new_id("003"), email=self.person.email, created=at, source=source, ma_id=ma_id,
            account_id=self.world.account_of(company, at), owner=self.world.fs_users[self.number % 6],
        )  # fmt: skip
        self.person.contacts.append(contact)
        return contact

    def open_deal(self, at: int, source: str, kind: str, *, role: bool = True) -> Opportunity:
        """An opportunity of the contact told last."""
        contact, company = self.contact, self.person.company
        deal = Opportunity(
            id=self.world.new_id("006"),
            account_id=contact.account_id,
            company=company,
            created=at,
            name=f"{company.stem} 新規導入 {self.number}-{len(self.person.opportunities) + 1}",
            source=source,
            kind=kind,
            owner=contact.owner,
            currency="JPY",
            amounts=[(at, 1_200_000 + 120_000 * (self.number % 40))],
            close_days=[(at, max(day_of(at) + 90, day_of(self.world.end) + 20))],
            stages=[(at, "Prospecting")],
        )
        deal.person = self.person
        self.person.opportunities.append(deal)
        if role:
            self.person.roles.append((self.world.new_id("00K"), at, deal.id, contact.id, True))
        return deal

    def agree(self, at: int) -> None:
        """Field sales meets the customer and accepts the opportunity."""
        self.act(at - HOUR, "Meeting", "Held", who=self.contact.id, opportunity=self.deal.id)
        if self.is_past(at):
            self.deal.accepted_at = at
            self.deal.bant = ("予算確保済み", "部長決裁", "業務効率化", "今期中")
            self.stage(at, STAGES[0])

    def stage(self, at: int, stage: str) -> None:
        """Field sales moves the opportunity."""
        if self.is_past(at):
            self.deal.stages.append((at, stage))

    def advance(self, at: int, days: int = 3) -> int:
        """The opportunity walks through its open stages. The instant of the last."""
        for stage in STAGES[1:]:
            self.act(at - HOUR, "Call", "Connected", who=self.contact.id, opportunity=self.deal.id)
            self.stage(at, stage)
            at = office(self.world, day_of(at) + days, 11)
        return at

    def win(self, at: int) -> None:
        """The deal is won; the MA knows the customer."""
        self.stage(at, "Closed Won")
        self.mark(at + HOUR, "customer")

    def lose(self, at: int, reason: str = "価格") -> None:
        """The deal is lost; the MA takes the person back."""
        self.stage(at, "Closed Lost")
        if self.is_past(at):
            self.deal.loss_reason = reason
        self.give_back(at)

    # -- customer success ---------------------------------------------------------------------------------------

    def sign(self, at: int, deal: Opportunity | None = None) -> Contract | None:
        """Customer success takes the customer over: a contract that is worth what was sold."""
        if not self.is_past(at):
            return None
        deal = deal or self.deal
        contract = Contract(
            id=f"C-{self.world.next_number('contract'):06d}",
            account_id=deal.account_id,
            company=self.person.company,
            customer_name=self.person.company.name,
            accepted_at=at,
            start=day_of(at) + 1,
            ends=[(at, add_months(day_of(at) + 1, 12) - 1)],
            mrr=deal.amounts[-1][1] // 12,
            origin="",
            opportunity_id=deal.id,
        )
        while day_start(contract.ends[-1][1] - 30) < self.world.end:  # renewed in time, each year
            contract.ends.append((day_start(contract.ends[-1][1] - 30), add_months(contract.ends[-1][1] + 1, 12) - 1))
        contract.live_at = at + 20 * DAY if self.is_past(at + 20 * DAY) else None
        self.world.contracts.append(contract)
        return contract

    # -- whole walks --------------------------------------------------------------------------------------------

    def until_received(self, day: int) -> int:
        """From the first form to the lead in inside sales's hands. The instant it is received."""
        at = office(self.world, day, 10)
        self.sign_up(at)
        self.qualify(at + HOUR)
        self.hand_over(at + HOUR + 600)
        self.receive(at + HOUR + 900)
        return at + HOUR + 900

    def until_accepted(self, day: int) -> int:
        """On to the lead that inside sales has called and accepted."""
        at = self.until_received(day) + HOUR
        self.act(at)
        self.accept(at + 600)
        return at + 600

    def until_deal(self, day: int) -> int:
        """On to a new opportunity. The instant of conversion."""
        at = office(self.world, day_of(self.until_accepted(day)) + 2, 11)
        self.act(at - HOUR)
        self.convert(at)
        return at

    def until_agreed(self, day: int) -> int:
        """On to an opportunity that field sales has accepted."""
        at = office(self.world, day_of(self.until_deal(day)) + 3, 14)
        if self.person.opportunities:
            self.agree(at)
        return at

    def until_negotiation(self, day: int) -> int:
        """On to an opportunity in its last open stage."""
        at = office(self.world, day_of(self.until_agreed(day)) + 3, 11)
        return self.advance(at) if self.person.opportunities else at

    def until_won(self, day: int) -> int:
        """On to a won deal."""
        at = self.until_negotiation(day)
        if self.person.opportunities:
            self.win(at)
        return at

    def until_signed(self, day: int) -> int:
        """On to a contract."""
        at = self.until_won(day)
        if self.person.opportunities and self.is_past(at):
            self.sign(at + 3 * HOUR)
        return at + 3 * HOUR

"""The cast: a few people more, whose scripted lives carry the faults of docs/mismatches.md and cases just short of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from orchestration.simulation.clock import DAY, HOUR, day_of
from orchestration.simulation.life import World
from orchestration.simulation.names import Company
from orchestration.simulation.script import Script, office
from orchestration.simulation.truth import Extra, Fault, Mail, NearMiss, Person, Plant, Says

SHORTEST = 300 * DAY  # of a company that is worth a cast


@dataclass
class Cast:
    """Hands out scripts and keeps what is planted. `copy` tells the copies of one plot apart."""

    world: World
    copy: int = 0
    cause: str = ""
    people: list[Person] = field(default_factory=list)
    told: int = 0

    @property
    def end(self) -> int:
        """The instant of the extraction."""
        return self.world.end

    @property
    def cutoff(self) -> int:
        """What is later is under way between the systems."""
        return self.world.end - DAY

    def script(self, company: Company | None = None, department: str = "情報システム部", title: str = "部長") -> Script:
        """A new person."""
        script = Script(self.world, self.world.count + self.told, company, department, title)
        self.told += 1
        self.people.append(script.person)
        return script

    def day(self, back: int) -> int:
        """A day so many days before the end, some days earlier with each copy."""
        return day_of(self.end) - back - 2 * self.copy

    def office(self, back: int, hour: float = 10) -> int:
        """An office hour of such a day."""
        return office(self.world, self.day(back), hour)

    def fault(self, rule: str, ma: str = "", crm: str = "", detail: str = "") -> None:
        """What a rule must report."""
        self.world.faults.append(Fault(rule, ma, crm, detail, self.cause))

    def conflict(self, boundary: str, kind: str, at: int, *records: str, number: int | None = None) -> None:
        """What the relay must call a conflict."""
        self.world.plants.append(Plant(kind, boundary, number, records, at))

    def near(self, rules: str, ma: str = "", crm: str = "") -> None:
        """What rules (their codes apart by spaces) must not report: no row that names one of these records."""
        for rule in rules.split():
            self.world.near_misses.append(NearMiss(rule, ma, crm, self.cause))

    def mail(self, script: Script, at: int, programme: str) -> None:
        """The MA sends a mail of a kind of programme."""
        campaign = self.world.programmes[programme]
        person, record = script.person, script.ma
        self.world.mails.append(Mail(at, person, record.id, record.email, "SENT", campaign, programme))

    def row(self, table: str, at: int, values: Says) -> None:
        """A row of a raw table from an instant on."""
        self.world.extras.append(Extra(table, at, values))


Plot = Callable[[Cast], None]


def copies_of(world: World) -> int:
    """How often each plot is told: five times in a company of the default size."""
    return 5 if world.count >= 2500 else 2 if world.count >= 600 else 1


def play(world: World, plots: list[Plot]) -> Iterator[Person]:
    """The people of all plots; what is planted goes into the world's lists."""
    if world.end - world.start < SHORTEST:
        return
    cast = Cast(world)
    world.start_programmes()
    for plot in plots:
        for cast.copy in range(copies_of(world)):
            cast.cause = plot.__name__ + ": " + (plot.__doc__ or "").strip().rstrip(".")
            plot(cast)
            yield from cast.people
            cast.people.clear()


def close_out(script: Script, at: int) -> None:
    """A lead in hands is called and rejected for a reason: nothing is left open."""
    script.act(at + HOUR)
    script.accept(at + HOUR + 600)
    script.reject(office(script.world, day_of(at) + 2, 11))

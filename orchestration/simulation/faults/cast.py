"""The cast: a few people more, whose scripted lives carry the faults of docs/mismatches.md and cases just short of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from orchestration.simulation.clock import DAY, HOUR, day_of
from orchestration.simulation.life import World
from orchestration.simulation.names import Company
from orchestration.simulation.script import Script, office
from orchestration.simulation.truth import Extra, Fault, Mail, NearMiss, Person, Plant, Says

SHORTEST = 300 * DAY  # of a company that is worth a cast


@dataclass
class Cast:
    """Hands out scripts and keeps what is planted. `copy` tells the copies of one plot apart, `shift` is by how many days
    this copy is told earlier."""

    world: World
    copy: int = 0
    shift: int = 0
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
        """A day so many days before the end, or earlier by the shift of this copy."""
        return day_of(self.end) - back - self.shift

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


@dataclass(frozen=True)
class Plot:
    """A planted case. `is_spread`: it holds whenever it happened, so its copies lie apart over the company's months."""

    tell: Callable[[Cast], None]
    is_near_miss: bool
    is_spread: bool

    @property
    def cause(self) -> str:
        """Its name and what it is."""
        return self.tell.__name__ + ": " + (self.tell.__doc__ or "").strip().rstrip(".")

    def copies(self, world: World) -> int:
        """How often it is told: with its near miss five times; once each in a small company. Never more, however large."""
        if world.count < 600:
            return 1
        return 2 if self.is_near_miss else 3

    def shift(self, world: World, copy: int, place: int) -> int:
        """By how many days a copy is told earlier than the plot says; `place` is the plot's among all."""
        if not self.is_spread:
            return 2 * copy
        room = (world.end - world.start - SHORTEST) // DAY // self.copies(world)
        return copy * room + 37 * place % max(room, 1)


def plots(
    *,
    faults: Sequence[Callable[[Cast], None]] = (),
    near_misses: Sequence[Callable[[Cast], None]] = (),
    spread: bool = False,
) -> list[Plot]:
    """What is a fault first, then what is none."""
    return [Plot(tell, is_near, spread) for is_near, tells in ((False, faults), (True, near_misses)) for tell in tells]


def play(world: World, told: list[Plot]) -> Iterator[Person]:
    """The people of all plots; what is planted goes into the world's lists."""
    if world.end - world.start < SHORTEST:
        return
    cast = Cast(world)
    world.start_programmes()
    for place, plot in enumerate(told):
        cast.cause = plot.cause
        for cast.copy in range(plot.copies(world)):
            cast.shift = plot.shift(world, cast.copy, place)
            plot.tell(cast)
            yield from cast.people
            cast.people.clear()


def close_out(script: Script, at: int) -> None:
    """A lead in hands is called and rejected for a reason: nothing is left open."""
    script.act(at + HOUR)
    script.accept(at + HOUR + 600)
    script.reject(office(script.world, day_of(at) + 2, 11))

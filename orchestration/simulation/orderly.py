"""The lives of a company without conflicts: everyone keeps the rules, so that no mismatch is anybody's fault."""

from collections.abc import Iterator

from orchestration.simulation.clock import DAY, HOUR, day_of
from orchestration.simulation.life import CUSTOMER, World
from orchestration.simulation.script import Script, office
from orchestration.simulation.truth import Person

_BORN = ["Outbound", "Teleprospecting", "Partner Referral", "Phone Inquiry"]
_SOURCES = ["ORGANIC_SEARCH", "PAID_SEARCH", "EMAIL_MARKETING", "REFERRALS", "SOCIAL_MEDIA", "PAID_SOCIAL"]
_EXCLUDED = ["test", "internal", "competitor", "vendor", "research", "deleted"]


def orderly_people(world: World) -> Iterator[Person]:
    """Every person with their whole life, in order of number."""
    number = 0
    while number < world.count:
        for person in _group(world, number):
            yield person
            number += 1


def _group(world: World, number: int) -> list[Person]:
    """One person; two where a colleague joins."""
    span = day_of(world.end) - day_of(world.start) - 4
    # Growth: the density of beginnings doubles over the period.
    day = day_of(world.start) + 2 + int(((9 * world.random() / 3 + 1) ** 0.5 - 1) * span)
    chance = world.random()
    if chance < 0.40:
        return [_reader(world, number, day)]
    if chance < 0.46:
        return [_excluded(world, number, day)]
    if chance < 0.52:
        return [_outbound(world, number, day)]
    if chance < 0.56:
        return [_born_deal(world, number, day)]
    if chance < 0.60 and number + 1 < world.count:
        return _colleagues(world, number, day)
    return [_lead(world, number, day)]


def _reader(world: World, number: int, day: int) -> Person:
    """Reads and answers, and is never worth a call: not enough points, or no persona that is asked for."""
    told = Script(world, number, title="担当")
    at = office(world, day)
    told.sign_up(at, _SOURCES[number % len(_SOURCES)], 5)
    for _ in range(int(world.random() * 4)):
        at = office(world, day_of(at) + 5 + int(world.random() * 80), 9 + world.random() * 8)
        told.respond(at, 8)
    return told.person


def _excluded(world: World, number: int, day: int) -> Person:
    told = Script(world, number)
    reason = _EXCLUDED[number % len(_EXCLUDED)]
    at = office(world, day)
    if reason == "deleted":
        told.person.exclusion_reason = reason
    else:
        world.exclude(told.person, reason)
    record = told.sign_up(at, _SOURCES[number % len(_SOURCES)], 5)
    record.last_name = told.person.last_name
    if reason == "deleted":
        record.deleted_at = min(at + 30 * DAY, (at + world.end) // 2)
    return told.person


def _lead(world: World, number: int, day: int) -> Person:
    """The relay, as far as it goes."""
    told = Script(world, number)
    accepted = told.until_accepted(day)
    if told.person.leads:
        _after_acceptance(told, accepted)
    return told.person


def _after_acceptance(told: Script, accepted: int) -> None:
    world = told.world
    end = office(world, day_of(accepted) + 2, 11)
    told.act(end - HOUR, "Email", "Replied")
    chance = world.random()
    if chance < 0.12:
        told.reject(end)
    elif chance < 0.20:
        told.disqualify(end)
    elif chance < 0.36:
        told.recycle(end)
    else:
        told.convert(end)
        if told.person.opportunities:
            _sell(told, end)


def _sell(told: Script, at: int) -> None:
    world = told.world
    agreed = office(world, day_of(at) + 3, 14)
    told.agree(agreed)
    at = told.advance(office(world, day_of(agreed) + 3, 11), 3 + int(world.random() * 20))
    if not told.is_past(at):
        return
    if world.random() < 0.45:
        told.lose(at, ["価格", "機能不足", "時期尚早", "競合"][told.number % 4])
        if told.deal.loss_reason == "競合":
            told.deal.competitor = "競合ソフト社"
        return
    told.win(at)
    told.sign(at + 3 * HOUR)


def _outbound(world: World, number: int, day: int) -> Person:
    """Found by inside sales, without marketing."""
    told = Script(world, number)
    at = office(world, day)
    told.receive(at, _BORN[number % len(_BORN)])
    told.act(at + HOUR)
    told.accept(at + HOUR + 600)
    _after_acceptance(told, at + HOUR + 600)
    return told.person


def _born_deal(world: World, number: int, day: int) -> Person:
    """Found by field sales, without inside sales."""
    told = Script(world, number)
    at = office(world, day)
    told.meet(at, "Partner Referral")
    told.open_deal(at + HOUR, "Partner Referral", "New Business")
    _sell(told, at + HOUR)
    return told.person


def _colleagues(world: World, number: int, day: int) -> list[Person]:
    """Two people of one company, handed over on the same day, whose leads become one opportunity."""
    first = Script(world, number)
    converted = first.until_deal(day)
    second = Script(world, number + 1, company=first.company, department="マーケティング部")
    second.until_accepted(day)
    if first.person.opportunities and second.person.leads:
        at = converted + 2 * HOUR
        if second.is_past(at + 1):
            second.act(at - HOUR)
            second.join(at, first.deal)
        _sell(first, converted)
        if first.deal.final_close is not None:
            closed, stage = first.deal.final_close
            second.mark(closed + HOUR, CUSTOMER if stage == "Closed Won" else "lead")
    return [first.person, second.person]

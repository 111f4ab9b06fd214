"""Random worlds for the digest: one organisation each, with everything in it that may, or may not, be told to its housing officers.

Every text carries a token that says where it stands, and of which world:
`zq_professional_17_` in a Professional note of the world 17, `zq_shared_17_h` in a Shared note about a hidden tenant.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from tests.digest_oracle import month
from tests.digest_rows import Case, Goal, Landlord, Note, Organisation, Part, Progress, Property, Session, Suppressed, Tenant, User, World

#: The months that are composed: the clocks go forward in the first, back in the second; the third begins and ends in summer.
MONTHS = (date(2025, 3, 1), date(2025, 10, 1), date(2025, 6, 1))

#: Words that an e-mail, a list or a screen might stumble over.
ODD_WORDS = ("", "", "", " <b>&amp; \"so\"</b>", "\n\n=HYPERLINK(1)", " Zoë 'O\\Neill' \u2028 %s {0}", " " + "very long " * 12)

#: Spreads the ids out: odd, and without a pattern.
_SPREAD = 0x9E3779B97F4A7C15F39CC0605CEDC835

#: What may stand in a digest, where it is allowed; a token of any other kind may stand in none.
MAY_BE_SAID = {"organisation", "person", "tenant", "active", "progress", "shared"}


def moments(period: date) -> list[datetime]:
    """Moments in and around a month: its middle first, then its edges to the microsecond, the hours that are skipped or come twice, and others."""
    begins, ends = month(period)
    tick, hour = timedelta(microseconds=1), timedelta(hours=1)
    near = [edge + step for edge in (begins, ends) for step in (-tick, 0 * tick, tick, -hour, hour, -hour - tick, hour - tick)]
    # The last Sunday of the month at 1:00 UTC, when clocks change if they do.
    last = ends - timedelta(days=1)
    sunday = (last - timedelta(days=(last.weekday() + 1) % 7)).replace(hour=1, minute=0)
    inside = [begins + timedelta(days=15, hours=12), begins + timedelta(days=2, minutes=7), ends - timedelta(days=3, seconds=1),
              sunday, sunday - hour / 2, sunday + hour / 2]
    outside = [begins - timedelta(days=11), ends + timedelta(days=9), begins - timedelta(days=400), ends + timedelta(days=200)]
    return inside + inside + near + outside


#: Each month's.
MOMENTS = {period: moments(period) for period in MONTHS}


class Maker:
    """Makes worlds out of one source of chance; `size` is how many goals, sessions and nearly how many notes a case may have; one world
    in `shared_in` shares an officer with another.

    It asks for the simplest first, so that hypothesis can shrink what it finds.
    """

    def __init__(self, chance: Random, size: int, shared_in: int = 5):
        self.chance = chance
        self.size, self.shared_in = size, shared_in
        self.ids = 0
        #: People whom later worlds may share.
        self.shared: list[User] = []
        #: Everybody there is.
        self.people: dict[str, User] = {}

    def id(self) -> str:
        """A new id: no two are alike, and their order says nothing."""
        self.ids += 1
        digits = f"{self.ids * _SPREAD % 2**128:032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def below(self, number: int) -> int:
        """A number from 0 on."""
        return int(self.chance.random() * number)

    def one_of(self, choices: Sequence):
        """One of several."""
        return choices[self.below(len(choices))]

    def one_in(self, number: int) -> bool:
        """Whether something happens that does so once in so many times."""
        return self.below(number) == number - 1

    def few(self, most: int) -> range:
        """Up to so many."""
        return range(self.below(most + 1))

    def world(self, number: int) -> World:
        """The world of this number."""
        self.period = self.one_of(MONTHS)
        self.number, self.mark = number, ""
        firm = Organisation(self.id(), self.text("organisation"), "business" if self.one_in(10) else "enterprise", self.one_in(2), [])
        made = World(number, self.period, firm)
        landlords = [Landlord(self.id(), firm.id, self.text("landlord") + f" {n}") for n in range(1 + self.one_in(6))]
        made.landlords += landlords
        made.properties += [Property(self.id(), firm.id, each.id, self.text("address"), self.text("town"), "LS1 4DY" if n else "LS1 4DX")
                            for n, each in enumerate(landlords)]
        people = [self.person() for _ in range(2 + self.one_in(4))]
        if self.shared and self.one_in(self.shared_in):
            people.append(self.one_of(self.shared))
        if self.one_in(3):
            self.shared = [*self.shared[-20:], people[0]]
        made.people = {each.id: each for each in people}
        for _ in range(1 + self.one_in(5)):
            self.tenant(made, self.one_of(made.properties))
        self.addresses(made, people)
        return made

    def text(self, kind: str, odd: bool = False) -> str:
        """A text that says where it stands."""
        return f"zq_{kind}_{self.number}_{self.mark}" + (self.one_of(ODD_WORDS) if odd else "")

    def moment(self) -> datetime:
        """A moment in or around the month that the world is about."""
        return self.one_of(MOMENTS[self.period])

    def person(self) -> User:
        """Somebody with an account, who may have been disabled."""
        person = self.id()
        made = User(person, f"zq_mail_{self.number}_.{person[:13]}@example.org", self.text("person") + " " + person[:4], self.moment() if self.one_in(20) else None)
        self.people[person] = made
        return made

    def tenant(self, world: World, home: Property) -> None:
        """A tenant with an open case at most, and one or two that are closed."""
        visibility = self.one_of(("inherit", "visible", "hidden", "inherit", "visible"))
        self.mark = "h" if visibility == "hidden" else ""
        place = (world.organisation.id, home.landlord_id)
        tenant = Tenant(self.id(), *place, home.id, self.text("tenant", odd=True).strip()[:120], visibility)
        world.tenants.append(tenant)
        for number in range(1 + self.one_in(5)):
            closed = self.moment() if number or self.one_in(4) else None
            opened = min(self.moment(), closed or self.moment())
            case = Case(self.id(), *place, tenant.id, self.text("summary"), opened, closed, "moved_on" if closed else None)
            world.cases.append(case)
            self.team(world, case)
            self.record(world, case)
        self.mark = ""

    def team(self, world: World, case: Case) -> None:
        """Who is on the team of a case: now, until some time, or again; and whom a card names."""
        place = (world.organisation.id, case.landlord_id, case.id)
        began = MOMENTS[self.period][0] - timedelta(days=900)
        for person in world.people.values():
            if self.one_in(4):
                continue
            is_there = not self.one_in(3)
            for ended in [*[self.moment() for _ in range((not is_there) + self.one_in(5))], *[None] * is_there]:
                kind = self.one_of(("housing_officer", "housing_officer", "support_worker"))
                world.team.append(Part(self.id(), *place, person.id, person.full_name, kind, self.one_of(("full", "full", "context_only")),
                                       person.email, None, None, None, self.text("inviter"), began, ended, None if self.one_in(4) else began))
        for number in range(self.one_in(4)):
            kind = self.one_of(("external_contact", "housing_officer", "support_worker"))
            email, phone = self.one_of(((True, True), (True, False), (False, True)))
            world.team.append(Part(self.id(), *place, None, self.text("cardname"), kind, "reference_only", f"zq_cardmail_{self.number}_@example.org" if email else None,
                                   f"+44 00990 {number:03}" if phone else None, self.text("cardfirm"), self.text("cardrole"), self.text("inviter"), began,
                                   self.moment() if self.one_in(5) else None, None))

    def record(self, world: World, case: Case) -> None:
        """Notes, goals with progress, and sessions of a case."""
        place, size = (world.organisation.id, case.landlord_id, case.id), self.size
        people = list(world.people.values())

        def author() -> tuple[str, str]:
            """Whoever wrote it."""
            person = self.one_of(people)
            return person.id, person.full_name

        for _ in self.few(size + 1):
            stream = self.one_of(("shared", "shared", "professional"))
            flagged = self.moment() if stream == "professional" and self.one_in(3) else None
            kind = "safeguarding" if flagged else stream
            world.notes.append(Note(self.id(), *place, stream, self.text(kind, odd=True), *author(), flagged is not None, flagged, self.moment()))
        for _ in self.few(size):
            status = self.one_of(("active", "active", "achieved", "closed"))
            goal = Goal(self.id(), *place, self.text(status, odd=True).strip()[:160], self.text("description"), date(2025, 12, 24) if self.one_in(2) else None, status,
                        *author(), self.moment())
            world.goals.append(goal)
            # The first is of the moment given, each later one of another moment: which is the latest is never a matter of taste.
            for number in self.few(size):
                world.progress.append(Progress(self.id(), *place, goal.id, self.text("progress" if status == "active" else "stale", odd=True),
                                               *author(), self.moment() + timedelta(minutes=number)))
        for _ in self.few(size):
            status = self.one_of(("delivered", "scheduled", "missed", "cancelled"))
            world.sessions.append(Session(self.id(), *place, self.moment(), self.one_of((60, 45, 5, 720)), self.one_of(("home_visit", "phone_call")),
                                          self.text("attendees"), status, None if status == "scheduled" else self.text("outcome"), *author()))

    def addresses(self, world: World, people: list[User]) -> None:
        """Which addresses the organisation lists, in capitals or not, among others that nearly are; and where nothing may be sent."""
        firm = world.organisation
        listed = ["x" + people[0].email, people[0].email + ".uk", f"zq_cardmail_{self.number}_@example.org"] if self.one_in(3) else []
        for person in people:
            if not self.one_in(6):
                listed.append(self.one_of((str.lower, str.upper, str.title, str.swapcase))(person.email))
            if self.one_in(8):
                cleared = self.moment() if self.one_in(2) else None
                world.suppressed.append(Suppressed(self.id(), firm.id, person.email, self.one_of(("bounced", "complained")), cleared,
                                                   self.text("clearer") if cleared else None))
        world.organisation = firm._replace(housing_officer_emails=listed)

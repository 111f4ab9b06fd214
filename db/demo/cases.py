"""Demo data: who lives where, and which cases there are. Rows as the tables of db/schema.sql take them."""

import uuid
from datetime import date, datetime, timedelta
from random import Random

from db.demo import words
from db.demo.people import MEN, OPERATORS, ORGANISATIONS, STREETS, WOMEN
from db.demo.teams import Teams
from db.demo.timeline import Case, Window, at, uid

YEAR = 365.25
RETENTION_YEARS = 7

#: How many tenants of each organisation have which kind of history.
HISTORIES = {
    "thornbeck": {"open": 33, "reopened": 3, "closed": 8, "due_soon": 2, "past": 4, "none": 4},
    "saltmarsh": {"open": 27, "reopened": 3, "closed": 7, "due_soon": 2, "past": 4, "none": 3},
    "alderrow": {"open": 7, "closed": 5, "past": 1, "none": 9},
}
REASONS = ("moved_on",) * 4 + ("support_no_longer_needed",) * 3 + ("transferred", "disengaged", "tenancy_ended", "died")


class Homes:
    """Landlords, properties and tenants of one organisation, and the cases with their teams."""

    def __init__(self, key: str, names: list[tuple[str, str]], chance: Random, today: date):
        self.key, self.chance, self.today = key, chance, today
        self.about = ORGANISATIONS[key]
        self.id = uid("organisation", key)
        self.founded = at(today - timedelta(days=int(self.about["years_old"] * YEAR)), 9)
        self.landlords = [
            (uid("landlord", key, i), self.id, name, self.founded) for i, name in enumerate(self.about["landlords"])
        ]
        self.properties: list[tuple] = []
        self.tenants: list[tuple] = []
        self.cases: list[Case] = []
        self._town_of: dict[uuid.UUID, str] = {}
        self.teams = Teams(key, chance, today)
        self._build(len(names))
        histories = [kind for kind, number in HISTORIES[key].items() for _ in range(number)]
        chance.shuffle(histories)
        for index, ((name, pronoun), history) in enumerate(zip(names, histories, strict=True)):
            self._settle(index, name, pronoun, history)

    def _build(self, tenants: int) -> None:
        towns = list(self.about["towns"])
        streets = words.Shuffled(list(STREETS), self.chance)
        for index in range(round(tenants * 0.42)):
            town = towns[index % len(towns)]
            sector = self.chance.choice(self.about["towns"][town][2])
            postcode = sector + "".join(self.chance.choice("ABDEFGHJLNPQRSTUWXYZ") for _ in range(2))
            address = f"{self.chance.randint(2, 148)} {streets.next()}"
            if self.chance.random() < 0.4:
                address = f"Flat {self.chance.randint(1, 12)}, {address}"
            home = uid("property", self.key, index)
            self._town_of[home] = town
            landlord = self.landlords[index % len(self.landlords)][0]
            self.properties.append((home, self.id, landlord, address, town, postcode, self.founded))

    def _settle(self, index: int, name: str, pronoun: str, history: str) -> None:
        home = self.properties[index % len(self.properties)]
        town = self._town_of[home[0]]
        council, areas, _ = self.about["towns"][town]
        tenant_id = uid("tenant", self.key, index)
        first, surname = _first_name(name), name.split()[-1]
        facts = words.facts_of_tenant(
            self.chance, first_name=first, pronoun=pronoun, town=town, council=council, areas=areas
        )
        facts["surname"] = surname
        spans = [self._windows(history)] if history != "none" else []
        if history == "open" and index % 7 == 3 and self.key != "alderrow":
            spans.insert(0, self._earlier(spans[0][0]))
        for number, windows in enumerate(spans):
            kind = history if number == len(spans) - 1 else "closed"
            case_key = f"{self.key}/{index}/{number}"
            operators = self._operators(home[2])
            case = Case(
                case_key, kind, uid("case", case_key), self.id, home[2], tenant_id, name, facts, windows, operators
            )
            self.cases.append(case)
            self.teams.gather(case, with_newcomer=kind == "open" and len(self.cases) % 13 == 5)
        first_day = spans[0][0].start if spans else at(self.today - timedelta(days=self.chance.randint(60, 900)), 10)
        moved_in = first_day - timedelta(days=3)
        born = moved_in.date() - timedelta(days=int(self.chance.triangular(18.5, 58, 33) * YEAR))
        visibility = "inherit"
        if history != "none" and index % 9 == 4:
            visibility = "hidden" if self.about["visible"] else "visible"
        elif history != "none" and index % 23 == 7:
            visibility = "visible" if self.about["visible"] else "hidden"
        self.tenants.append((tenant_id, self.id, home[2], home[0], name, born, visibility, moved_in))

    def _windows(self, history: str) -> list[Window]:
        """The stretches in which the case of such a history was open, oldest first."""
        chance = self.chance
        if history in ("open", "reopened"):
            age = chance.randint(6, 45) if chance.random() < 0.12 else chance.randint(60, 980)
            if history == "open":
                return [Window(self._day(age), None)]
            age = chance.randint(420, 900)
            closed = age - chance.randint(200, 300)
            back = closed - chance.randint(40, 100)
            return [
                Window(self._day(age), self._day(closed, 16), "support_no_longer_needed"),
                Window(self._day(back), None),
            ]
        due = int(RETENTION_YEARS * YEAR)
        ago = {
            "closed": chance.randint(20, 1900),
            "due_soon": due - chance.randint(6, 75),
            "past": due + chance.randint(8, 520),
        }[history]
        if history == "closed" and len(self.cases) % 2 == 0:
            # Every second one was closed long ago, and falls due some time within the year.
            ago = due - 95 - ago % 256
        length = chance.randint(120, 430)
        reason = chance.choice(REASONS)
        return [Window(self._day(ago + length), self._day(ago, 16), reason)]

    def _earlier(self, following: Window) -> list[Window]:
        end = (self.today - following.start.date()).days + self.chance.randint(90, 500)
        return [Window(self._day(end + self.chance.randint(110, 300)), self._day(end, 16), "support_no_longer_needed")]

    def _day(self, ago: int, hour: int = 10) -> datetime:
        day = words.weekday(self.today - timedelta(days=ago), -1)
        return at(day, hour, self.chance.choice((0, 5, 15, 20, 30, 40, 50)))

    def _operators(self, landlord_id: uuid.UUID) -> list[tuple[uuid.UUID, str]]:
        """Who runs cases at homes of that landlord, as (id, name); property managers more often than org-admins."""
        index = [row[0] for row in self.landlords].index(landlord_id)
        managers = [row for row in OPERATORS if row[2] == self.key and index in row[4]]
        admins = [row for row in OPERATORS if row[2] == self.key and row[3] == "org_admin"]
        return [(uid("user", row[0]), row[1]) for row in managers * 3 + admins]


def _first_name(name: str) -> str:
    """What people call the tenant: the first word, or both of a double name."""
    words = name.split()
    return " ".join(words[:2]) if words[0] in ("Abdul", "Mei") else words[0]


def people_by_pronoun() -> list[tuple[str, str]]:
    """All tenants' names with the pronoun that their notes use."""
    women = [(name, "she") for name in " ".join(WOMEN.split()).split(", ")]
    men = [(name, "he") for name in " ".join(MEN.split()).split(", ")]
    return women + men

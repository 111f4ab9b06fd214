"""Demo data: the small notation of the stories, and what is filled into them.

A story in stories_*.py and professional.py:

    = key | title of its goal
    ? description of the goal            ~ sentence for the context summary
    > something agreed                   + progress entry, in order        ! outcome of a session
    * a step of the story                / another way to tell the same step

Indented lines continue the line above; " // " begins a new paragraph. In a text [one|two] takes either, and {arrears} or
{next_day} is a fact of the tenant or of the day. Everything is drawn from a random.Random that the caller seeds.
"""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from db.demo import moments, professional, stories_health, stories_home, stories_life

CHOICE = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
MARKERS = "?~>+!*/"
SAFEGUARDING = "(safeguarding) "
WORKING_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
HOLIDAYS = ((1, 1), (12, 25), (12, 26))
PRONOUNS = {
    "she": {
        "they": "she",
        "them": "her",
        "their": "her",
        "themself": "herself",
        "was": "was",
        "is": "is",
        "has": "has",
    },
    "he": {"they": "he", "them": "him", "their": "his", "themself": "himself", "was": "was", "is": "is", "has": "has"},
}


@dataclass
class Story:
    """One story: its goal, and its steps in order, each with the ways to tell it."""

    key: str
    goal: str
    description: str = ""
    summary: str = ""
    agreed: list[str] = field(default_factory=list)
    progress: list[str] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    steps: list[list[str]] = field(default_factory=list)


def read_stories(text: str) -> list[Story]:
    """Reads the notation above. Raises ValueError for a line that it does not allow."""
    stories: list[Story] = []
    for line in re.sub(r"\n[ ]+", " ", text).strip().splitlines():
        if not line:
            continue
        marker, content = line[0], line[2:]
        if marker == "=":
            key, goal = content.split(" | ")
            stories.append(Story(key, goal))
        elif marker not in MARKERS or line[1] != " " or not stories:
            raise ValueError(f"not a line of a story: {line[:60]}")
        elif marker == "?":
            stories[-1].description = content
        elif marker == "~":
            stories[-1].summary = content
        elif marker == "*":
            stories[-1].steps.append([content])
        elif marker == "/":
            stories[-1].steps[-1].append(content)
        else:
            {">": stories[-1].agreed, "+": stories[-1].progress, "!": stories[-1].outcomes}[marker].append(content)
    return stories


def lines(text: str) -> list[str]:
    """The texts of a list in moments.py: one a line, indented lines continue."""
    return re.sub(r"\n[ ]+", " ", text).strip().splitlines()


SHARED = read_stories(stories_home.STORIES + stories_health.STORIES + stories_life.STORIES)
PROFESSIONAL = read_stories(professional.STORIES)
MOMENTS = {
    "worker": lines(moments.WORKER),
    "housing": lines(moments.HOUSING),
    "operator": lines(moments.OPERATOR),
    "private": lines(moments.OPERATOR_PRIVATE),
    "opening": lines(moments.OPENING),
    "opening_private": lines(moments.OPENING_PRIVATE),
    "reopening": lines(moments.REOPENING),
    "early_today": lines(moments.EARLY_TODAY),
    "today": lines(moments.TODAY),
    "aside": lines(moments.ASIDE),
    "private_action": lines(moments.PRIVATE_ACTION),
}
CLOSING = {reason: lines(text) for reason, text in moments.CLOSING.items()}


class Shuffled:
    """Hands out the entries of a list in a shuffled order, each once before any comes again."""

    def __init__(self, entries: list, chance: Random):
        self._entries, self._chance, self._left = entries, chance, []

    def next(self):
        """The next entry."""
        if not self._left:
            self._left = self._chance.sample(self._entries, len(self._entries))
        return self._left.pop()


def pounds(amount: float) -> str:
    """£1,250 or £8.50, as people write it."""
    return f"£{amount:,.0f}" if amount == int(amount) else f"£{amount:,.2f}"


def facts_of_tenant(
    chance: Random, *, first_name: str, pronoun: str, town: str, council: str, areas: tuple[str, ...]
) -> dict[str, str]:
    """What stays the same about a tenant through all notes of a case: names, places, the size of the arrears."""
    arrears = chance.randrange(38_000, 190_000, 35) / 100
    forms = PRONOUNS[pronoun]
    return {
        **forms,
        "They": forms["they"].capitalize(),
        "Their": forms["their"].capitalize(),
        "name": first_name,
        "town": town,
        "council": council,
        "area": chance.choice(areas),
        "gp": "Dr "
        + chance.choice(
            ("Osei", "Whitcombe", "Rahman", "Llewellyn", "Kaur", "Brennan", "Farouk", "Ogilvie", "Sato", "Penrose")
        ),
        "surgery": chance.choice(
            ("Park Lane", "Riverside", "St Aidan's", "Chapel Street", "Highfield", "The Old Mill", "Marsh Road")
        )
        + chance.choice((" Surgery", " Medical Centre", " Practice")),
        "nurse": chance.choice(("Bethan", "Olu", "Marcin", "Siobhan", "Farida", "Keith", "Ngozi", "Hal")),
        "social": chance.choice(
            ("Mrs Adeyemi", "Tom Harkness", "Ms Bielska", "Gareth Pugh", "Ms Chaudhry", "Lorna Reid")
        ),
        "street": chance.choice(
            ("Mill Street", "Albion Road", "Victoria Street", "Cross Green", "Station Road", "Kirkgate", "Well Lane")
        ),
        "relative": chance.choice(
            ("mother", "sister", "brother", "aunt", "older brother", "cousin", "father", "younger sister")
        ),
        "college": town + chance.choice((" City College", " College", " Adult Learning")),
        "course": chance.choice(
            (
                "bricklaying",
                "level 2 catering",
                "health and social care",
                "hairdressing",
                "ESOL and maths",
                "motor vehicle",
                "painting and decorating",
                "childcare",
                "access to nursing",
                "carpentry",
            )
        ),
        "place": chance.choice(
            (
                "the community café",
                "the furniture project",
                "the charity shop",
                "the city farm",
                "the food bank warehouse",
                "the bike workshop",
                "the library",
                "the canal trust",
            )
        ),
        "group": chance.choice(
            (
                "the lunch club",
                "the sewing circle",
                "the Tuesday walk",
                "the repair café",
                "the church hall coffee morning",
                "the chess table at the library",
                "the gospel choir",
                "the Friday kitchen",
            )
        ),
        "hobby": chance.choice(
            (
                "cricket",
                "old films",
                "knitting",
                "fishing",
                "reggae",
                "crosswords",
                "birds",
                "model railways",
                "football",
                "baking programmes",
                "dominoes",
                "the allotment",
            )
        ),
        "foodbank": chance.choice(
            ("the St Mark's food bank", "the Trinity pantry", "the mosque's food table", "the Kirkgate pantry")
        ),
        "advice": chance.choice(
            ("Northgate Advice", "Bridge Street Advice", "the law centre", "the Corn Hall advice desk")
        ),
        "drugs": chance.choice(("Fieldside Recovery", "Lantern Street Recovery", "Weirside Recovery")),
        "dish": chance.choice(
            (
                "chilli",
                "dal and rice",
                "cottage pie",
                "fried rice",
                "lentil soup",
                "a Spanish omelette",
                "chicken curry",
                "sausage casserole",
                "vegetable stew",
                "fish pie",
                "bean stew",
                "spaghetti bolognese",
            )
        ),
        "referrer": chance.choice(
            (
                council,
                "the hospital discharge team",
                "the night shelter",
                "probation",
                "the domestic abuse service",
                "the rough sleeper outreach team",
                "the CMHT",
            )
        ),
        "bidday": chance.choice(WORKING_DAYS),
        "ward": chance.choice("ABCJ") + str(chance.randint(3, 29)),
        "arrears": pounds(arrears),
        "arrears_mid": pounds(round(arrears * 0.62, 2)),
        "arrears_low": pounds(round(arrears * 0.19, 2)),
        "plan": pounds(chance.choice((5, 6.5, 8.5, 10, 12, 15))),
        "debts": pounds(chance.randrange(1_800, 6_400, 50)),
        "units": str(chance.randrange(48, 96, 2)),
        "units_low": str(chance.randrange(12, 30, 2)),
    }


def facts_of_day(chance: Random, day: date) -> dict[str, str]:
    """What changes from note to note: the days around it (all on weekdays), times and small sums."""
    coming = weekday(day + timedelta(days=chance.randint(1, 6)), 1)
    before = weekday(day - timedelta(days=chance.randint(1, 4)), -1)
    later = weekday(day + timedelta(days=chance.randint(8, 19)), 1)
    return {
        "next_day": coming.strftime("%A"),
        "last_day": before.strftime("%A"),
        "next_date": f"{later:%A} {later.day} {later:%B}",
        "quarter": ("the spring", "the summer", "the autumn", "the new year")[(day.month // 3) % 4],
        "time": chance.choice(("9:15", "9:40", "10:30", "11:00", "11:20", "13:15", "14:00", "14:30", "15:10", "16:00")),
        "minutes": str(chance.choice((35, 40, 45, 50, 55, 65, 70))),
        "cash": chance.choice(("the corner shop machine", "the machine on the parade", "the supermarket")),
        "spare": pounds(chance.choice((9, 11.5, 14, 17, 19.5, 22))),
        "award": pounds(chance.choice((64, 72.4, 85, 96.2, 110, 128.5, 140, 163))),
        "backpay": pounds(chance.randrange(1_450, 3_900, 37)),
        "uc": pounds(chance.randrange(39_000, 92_000, 13) / 100),
        "perday": pounds(chance.choice((4.2, 5.1, 6, 7.35, 8.8, 9.5))),
        "saved": pounds(chance.choice((12, 15, 18, 20, 24, 30, 35))),
        "subs": pounds(chance.choice((21.97, 27.98, 34.5, 41.96))),
        "borrowed": pounds(chance.choice((80, 100, 150, 180, 250))),
        "meter": pounds(chance.choice((10, 20, 28))),
        "shop": pounds(chance.choice((6.85, 7.4, 8.2, 9.65, 11.3, 12.75))),
        "takeaway": pounds(chance.choice((38, 45, 52, 60))),
    }


def weekday(day: date, step: int) -> date:
    """The day itself, or the nearest working day in the direction of step (+1 or -1)."""
    while day.weekday() > 4 or (day.month, day.day) in HOLIDAYS:
        day += timedelta(days=step)
    return day


def tell(text: str, facts: dict[str, str], chance: Random) -> str:
    """One rendering of a text: choices taken, facts filled in, paragraphs broken. Raises KeyError for an unknown fact."""
    chosen = text
    while CHOICE.search(chosen):
        chosen = CHOICE.sub(lambda match: chance.choice(match.group(1).split("|")), chosen, count=1)
    told = chosen.format_map(facts).replace(" // ", "\n\n")
    # A choice at the beginning of a sentence may begin with a small letter.
    return re.sub(r"(^|[.!?] )(she|he|her|his)\b", lambda match: match.group(1) + match.group(2).capitalize(), told)

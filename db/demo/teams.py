"""Demo data: who works on which case. Rows as app.support_collaborators takes them."""

from datetime import date, datetime, timedelta
from random import Random

from db.demo import words
from db.demo.people import CARDS, HOUSING_ASSOCIATIONS, INVITED, WORKERS
from db.demo.timeline import Case, Member, Window, at, uid


class Teams:
    """Puts together the teams of one organisation's cases, spreading them over its workers by their shares."""

    def __init__(self, organisation: str, chance: Random, today: date):
        self.organisation, self.chance, self.today = organisation, chance, today
        self.rows: list[tuple] = []
        self._workers = {kind: self._pool(kind) for kind in ("support_worker", "housing_officer")}

    def gather(self, case: Case, *, with_newcomer: bool) -> None:
        """Fills case.team, oldest first, and adds the contact cards; a newcomer is invited but has not signed in yet."""
        for number, window in enumerate(case.windows):
            self._staff(case, window, number)
        if with_newcomer:
            for newcomer in (row for row in INVITED if self.organisation in row[4]):
                since = max(case.windows[-1].start, at(self.today - timedelta(days=2), 14))
                self._assign(case, newcomer, since, None)
                case.team.pop()  # writes nothing
        for card in self.chance.sample(CARDS, self.chance.choice((0, 1, 1, 2, 3))):
            self._add_card(case, card)

    def _pool(self, kind: str) -> words.Shuffled:
        return words.Shuffled(
            [
                worker
                for worker in WORKERS
                if worker[2] == kind and self.organisation in worker[4]
                for _ in range(worker[5])
            ]
            or [None],
            self.chance,
        )

    def _staff(self, case: Case, window: Window, number: int) -> None:
        chance = self.chance
        length = ((window.end or at(self.today, 9)) - window.start).days
        until = window.end if window.end and (case.history == "past" or number or chance.random() < 0.85) else None
        if case.history == "reopened" and number == 0:
            until = window.end
        lead = self._next_worker("support_worker", lambda worker: worker[3] == "full")
        if length > 170 and chance.random() < 0.45:
            change = window.start + timedelta(days=int(length * chance.uniform(0.35, 0.7)))
            self._assign(case, lead, window.start, change)
            lead = self._next_worker("support_worker", lambda worker: worker[3] == "full" and worker != lead)
            self._assign(case, lead, change - timedelta(days=2), until)
        else:
            self._assign(case, lead, window.start, until)
        if (draw := chance.random()) < 0.5:
            mode = "context_only" if draw < 0.2 and self.organisation != "alderrow" else "full"
            second = self._next_worker("support_worker", lambda worker: worker != lead and worker[3] == mode)
            self._assign(case, second, window.start + timedelta(days=chance.randint(1, 3)), until)
        if chance.random() < 0.68 and (officer := self._workers["housing_officer"].next()):
            self._assign(case, officer, window.start + timedelta(days=chance.randint(1, 4)), until)

    def _next_worker(self, kind: str, fits) -> tuple:
        # Every organisation has at least two support workers in full, and the Enterprise ones one with context only, so this ends.
        while not fits(worker := self._workers[kind].next()):
            pass
        return worker

    def _assign(self, case: Case, worker: tuple, since: datetime, until: datetime | None) -> None:
        login, name, kind, mode, *_ = worker
        person = uid("user", login)
        if any(member.user_id == person and (member.until is None or member.until > since) for member in case.team):
            return
        case.team.append(Member(person, name, kind, mode, since, until))
        inviter = self.chance.choice(case.operators)
        works_for = HOUSING_ASSOCIATIONS[self.organisation] if kind == "housing_officer" else None
        row_id = uid("collaborator", case.key, len(case.team), login)
        account = (person, name, kind, mode, f"{login}@example.org", None, works_for, None)
        # Those who have not signed in yet have not followed their invitation either.
        accepted = None if worker in INVITED else since + timedelta(hours=3)
        self.rows.append((row_id, *case.place, *account, *inviter, since, until, since, accepted))

    def _add_card(self, case: Case, card: tuple) -> None:
        label, works_for, names, by_mail = card
        name = self.chance.choice(names).format_map(case.facts)
        mail = ".".join(name.lower().replace(".", "").split()) + "@example.org"
        # Numbers that the regulator keeps for fiction.
        phone = self.chance.choice(("01632 960", "01632 960", "07700 900")) + str(self.chance.randint(100, 999))
        works_for = works_for and works_for.format_map(case.facts)
        window = case.windows[-1]
        how = (mail, None) if by_mail else (None, phone)
        person = (None, name, "external_contact", "reference_only", *how, works_for, label)
        inviter = self.chance.choice(case.operators)
        since = window.start + timedelta(hours=2)
        self.rows.append((uid("card", case.key, label), *case.place, *person, *inviter, since, window.end, None, None))

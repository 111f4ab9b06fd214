"""Demo data: who speaks when, and in which words; what notes, goals and sessions of a case have in common."""

from datetime import date, datetime, timedelta
from random import Random

from db.demo import words
from db.demo.timeline import Case, Member, Window, at, working_moment


class Voice:
    """Words, moments and authors for one case after the other, handing out the texts evenly over all of them."""

    def __init__(self, chance: Random, today: date):
        self.chance, self.today = chance, today
        self._moments = {kind: words.Shuffled(texts, chance) for kind, texts in words.MOMENTS.items()}
        self._tellings: dict[tuple, words.Shuffled] = {}
        self._used: set[tuple] = set()

    def tell(self, case: Case, text: str, moment: datetime) -> str:
        """A text with the facts of the case and of that day filled in."""
        facts = case.facts | words.facts_of_day(self.chance, moment.date())
        workers = [m for m in case.team if m.kind == "support_worker" and m.is_on_the_team(moment)]
        facts["worker"] = workers[0].name.split()[0] if workers else "the duty worker"
        return words.tell(text, facts, self.chance)

    def telling(self, story: words.Story, step: int) -> str:
        """One of the ways to tell a step, each as often as the others over all cases."""
        tellings = self._tellings.setdefault((story.key, step), words.Shuffled(story.steps[step], self.chance))
        return tellings.next()

    def moment(self, case: Case, kind: str) -> str:
        """A single note of that kind, one that this case does not have yet."""
        text = self._moments[kind].next()
        for _ in range(5):
            if (case.key, text) not in self._used:
                break
            text = self._moments[kind].next()
        self._used.add((case.key, text))
        return text

    def moments_of(self, window: Window, number: int, *, share: float = 1.0) -> list[datetime]:
        """About that many working moments inside the window, oldest first; in an open one more of them lie near today."""
        chance = self.chance
        last = window.end.date() if window.end else self.today - timedelta(days=1)
        days = max((last - window.start.date()).days, 0)
        number = min(number, 2 + days // 5)
        bend = share if window.end else 1.5 * share
        moments = set()
        for _ in range(number):
            day = words.weekday(last - timedelta(days=int(days * chance.random() ** bend)), -1)
            moments.add(working_moment(chance, day))
        latest = window.end - timedelta(minutes=30) if window.end else at(self.today, 0)
        return sorted(moment for moment in moments if window.start < moment < latest)

    def inside(self, window: Window, fraction: float) -> datetime:
        """A working moment that far (0 to 1) into the window."""
        end = window.end or at(self.today - timedelta(days=1), 15)
        day = (window.start + (end - window.start) * fraction).date()
        moment = working_moment(self.chance, words.weekday(day, -1))
        return min(max(moment, window.start + timedelta(minutes=20)), end)

    def author(self, case: Case, moment: datetime) -> tuple[str, tuple]:
        """Who writes a Shared note then: kind of voice, and (id, name)."""
        able = [m for m in case.team if m.mode == "full" and m.is_on_the_team(moment)]
        workers = [m for m in able if m.kind == "support_worker"]
        officers = [m for m in able if m.kind == "housing_officer"]
        draw = self.chance.random()
        if officers and draw < 0.1:
            return "housing", signature(self.chance.choice(officers))
        if workers and draw < 0.86:
            return "worker", signature(self.chance.choice(workers))
        return "operator", self.chance.choice(case.operators)

    def author_of_plan(self, case: Case, moment: datetime) -> tuple:
        """Who writes about the care plan then, as (id, name): a support worker in full, or else an operator."""
        able = [m for m in case.team if m.mode == "full" and m.kind == "support_worker" and m.is_on_the_team(moment)]
        return signature(self.chance.choice(able)) if able else self.chance.choice(case.operators)


def signature(member: Member) -> tuple:
    """author_id and author_name of what a member of the team writes."""
    return member.user_id, member.name

"""Demo data: context summary, goals with progress, and sessions of a case. Rows as the tables of db/schema.sql take them."""

from datetime import datetime, timedelta

from db.demo import words
from db.demo.plans import BACKGROUNDS, GENERAL_OUTCOMES, GROUP_OUTCOMES, MANNERS, MINUTES, NOT_HELD, PHONE_OUTCOMES
from db.demo.timeline import Case, Window, at, uid, working_moment
from db.demo.voice import Voice, signature


class PlanWriter:
    """Chooses the stories of one case after the other and writes what is planned and reached along them."""

    def __init__(self, voice: Voice):
        self.voice, self.chance, self.today = voice, voice.chance, voice.today
        self.cases: list[tuple] = []
        self.goals: list[tuple] = []
        self.progress: list[tuple] = []
        self.sessions: list[tuple] = []
        self._stories = words.Shuffled(words.SHARED, self.chance)

    def choose_stories(self, case: Case) -> None:
        """Two or three stories for the case, all stories equally often over all cases."""
        wanted = self.chance.choice((2, 3, 3))
        while len(case.stories) < wanted:
            if (story := self._stories.next()) not in case.stories:
                case.stories.append(story)

    def write(self, case: Case) -> None:
        """The case's own row, its goals, progress and sessions."""
        first, last = case.windows[0], case.windows[-1]
        reason = last.reason if last.end else None
        self.cases.append(
            (case.id, *case.place[:2], case.tenant_id, self._summary(case), first.start, last.end, reason)
        )
        for window in case.windows:
            self._write_sessions(case, window)
        for index, story in enumerate(case.stories):
            self._write_goal(case, story, index)

    def _summary(self, case: Case) -> str:
        window = case.windows[0]
        parts = [
            f"In {window.start:%B %Y} {case.tenant_name} moved in {self.chance.choice(BACKGROUNDS)}. {self.chance.choice(MANNERS)}",
            " ".join(story.summary for story in case.stories if story.summary),
        ]
        return "\n\n".join(self.voice.tell(case, part, window.start) for part in parts)

    def _write_goal(self, case: Case, story: words.Story, index: int) -> None:
        chance = self.chance
        # A reopened case: the first goal belongs to the first stretch, the others to the second.
        window = case.windows[0] if index == 0 else case.windows[-1]
        end = window.end or at(self.today - timedelta(days=1), 15)
        length = end - window.start
        if length < timedelta(days=4):
            return
        created = self.voice.inside(window, 0.03 + 0.5 * index / len(case.stories))
        entries = story.progress[: 1 + int(chance.random() * len(story.progress))]
        status = "active"
        if window.end or (index == 0 and length > timedelta(days=240)):
            status = "achieved" if len(entries) == len(story.progress) or chance.random() < 0.5 else "closed"
            entries = story.progress if status == "achieved" else entries
        target = created.date() + timedelta(days=chance.randint(70, 240))
        if status == "active" and target < self.today and chance.random() < 0.8:
            target = self.today + timedelta(days=chance.randint(10, 150))
        goal_id = uid("goal", case.key, story.key)
        title, description = (self.voice.tell(case, text, created) for text in (story.goal, story.description))
        self.goals.append(
            (
                goal_id,
                *case.place,
                title,
                description,
                target,
                status,
                *self.voice.author_of_plan(case, created),
                created,
            )
        )
        for number, text in enumerate(entries):
            reached = created + (end - created) * ((number + chance.uniform(0.55, 0.95)) / len(entries))
            noted = max(working_moment(chance, words.weekday(reached.date(), -1)), created + timedelta(hours=1))
            noted = min(noted, end - timedelta(minutes=5))
            self.progress.append(
                (
                    uid("progress", case.key, story.key, number),
                    *case.place,
                    goal_id,
                    self.voice.tell(case, text, noted),
                    *self.voice.author_of_plan(case, noted),
                    noted,
                )
            )

    def _write_sessions(self, case: Case, window: Window) -> None:
        chance = self.chance
        for moment in self.voice.moments_of(window, chance.randint(2, 5)):
            status = chance.choices(("delivered", "missed", "cancelled"), (78, 13, 9))[0]
            self._add_session(case, window, moment, status)
        if window.end:
            return
        if chance.random() < 0.16:
            day = words.weekday(self.today - timedelta(days=chance.randint(1, 6)), -1)
            self._add_session(case, window, working_moment(chance, day), "scheduled")
        for _ in range(chance.choice((0, 1, 1, 2, 3))):
            day = words.weekday(self.today + timedelta(days=chance.randint(0, 24)), 1)
            self._add_session(case, window, working_moment(chance, day), "scheduled")

    def _add_session(self, case: Case, window: Window, moment: datetime, status: str) -> None:
        chance = self.chance
        moment = moment.replace(minute=moment.minute // 15 * 15)
        if moment <= window.start:
            return
        able = [m for m in case.team if m.kind == "support_worker" and m.is_on_the_team(min(moment, at(self.today, 0)))]
        author = signature(chance.choice(able)) if able else chance.choice(case.operators)
        kind = chance.choices(tuple(MINUTES), (3, 8, 4, 5, 2, 1))[0]
        with_whom = f"{case.tenant_name}, {author[1]}"
        if kind in ("appointment", "accompaniment"):
            with_whom += chance.choice(
                (f", {case.facts['gp']}", f", {case.facts['nurse']} (CMHT)", ", work coach", ", welfare rights adviser")
            )
        outcome = None
        if status == "delivered":
            of_stories = [text for story in case.stories for text in story.outcomes]
            face_to_face = of_stories if chance.random() < 0.7 else GENERAL_OUTCOMES
            outcome = chance.choice(
                {"phone_call": PHONE_OUTCOMES, "group_session": GROUP_OUTCOMES}.get(kind, face_to_face)
            )
        elif status != "scheduled":
            outcome = chance.choice(NOT_HELD[status])
        created = max(
            window.start,
            min(moment, at(self.today, 0)) - timedelta(days=chance.randint(2, 12), minutes=chance.randint(0, 240)),
        )
        self.sessions.append(
            (
                uid("session", case.key, len(self.sessions)),
                *case.place,
                moment,
                chance.choice(MINUTES[kind]),
                kind,
                with_whom,
                status,
                outcome and self.voice.tell(case, outcome, moment),
                *author,
                created,
            )
        )

"""Demo data: the notes of a case, both streams, written along its stories. Rows as app.support_notes takes them."""

from datetime import datetime, timedelta

from db.demo import words
from db.demo.plans import PLACES
from db.demo.timeline import Case, Window, at, uid, working_moment
from db.demo.voice import Voice

NOTE_NUMBERS = {"open": (7, 15), "reopened": (5, 8), "closed": (4, 9), "due_soon": (5, 9), "past": (4, 8)}


class NoteWriter:
    """Writes the notes of one case after the other into rows."""

    def __init__(self, voice: Voice):
        self.voice, self.chance, self.today = voice, voice.chance, voice.today
        self.rows: list[tuple] = []
        self._private = words.Shuffled(words.PROFESSIONAL, self.chance)
        self._flagged = words.Shuffled(
            [s for s in words.PROFESSIONAL if _can_be_flagged(s.steps[0])], self.chance
        )
        self._number = 0
        self._nearly_purged = 0

    def write(self, case: Case) -> None:
        """All notes of one case."""
        self._number = 0
        for number, window in enumerate(case.windows):
            self._write_shared(case, window, number)
            self._write_professional(case, window, number)

    def _add_note(self, case: Case, stream: str, author: tuple, moment: datetime, body: str) -> None:
        chance = self.chance
        safeguarding = body.startswith(words.SAFEGUARDING)
        body = body.removeprefix(words.SAFEGUARDING)
        self._number += 1
        flagged = None
        if safeguarding:
            flagged = moment + timedelta(minutes=chance.choice((0, 0, 0, 0, 12, 35, 4300)))
        edited = (
            moment + timedelta(minutes=chance.randint(3, 50)) if stream == "shared" and chance.random() < 0.04 else None
        )
        end = case.windows[-1].end
        if end:
            edited = edited and min(edited, end)
            flagged = flagged and min(flagged, end)
        self.rows.append(
            (
                uid("note", case.key, self._number),
                *case.place,
                stream,
                body,
                *author,
                safeguarding,
                flagged,
                moment,
                edited,
            )
        )

    def _write_shared(self, case: Case, window: Window, number: int) -> None:
        chance = self.chance
        moments = self.voice.moments_of(window, chance.randint(*NOTE_NUMBERS[case.history]))
        self._add_note(
            case,
            "shared",
            chance.choice(case.operators),
            window.start + timedelta(minutes=chance.randint(5, 90)),
            self.voice.tell(case, self.voice.moment(case, "reopening" if number else "opening"), window.start),
        )
        steps = self._steps(case, len(moments), number)
        review = chance.randrange(3, len(moments)) if len(moments) > 4 else None
        for index, moment in enumerate(moments):
            voice, author = self.voice.author(case, moment)
            left = len(moments) - index
            if index == review and voice != "housing":
                body = self._review(case, moment)
            elif voice == "worker" and steps and (chance.random() < 0.72 or len(steps) >= left):
                story, step = steps.pop(0)
                body = self._story_note(case, story, step, moment)
            else:
                body = self.voice.tell(case, self.voice.moment(case, voice), moment)
            self._add_note(case, "shared", author, moment, body)
        if window.end:
            moment = window.end - timedelta(minutes=chance.randint(2, 20))
            self._add_note(
                case,
                "shared",
                self.voice.author(case, moment)[1],
                moment,
                self.voice.tell(case, chance.choice(words.CLOSING[window.reason]), moment),
            )
        else:
            self._write_latest(case)

    def _steps(self, case: Case, room: int, number: int) -> list[tuple[words.Story, int]]:
        """The steps of the case's stories in a believable order: each story in its own, the stories overlapping.

        A reopened case goes on with another story than the one that its first stretch told.
        """
        chance = self.chance
        stories = case.stories
        if len(case.windows) > 1:
            stories = stories[:1] if number == 0 else stories[1:]
        while len(stories) > 1 and sum(len(story.steps) for story in stories) > room * 1.3:
            stories = stories[:-1]
        placed = []
        for index, story in enumerate(stories):
            start = 0.55 * index / len(stories)
            for step in range(len(story.steps)):
                placed.append((start + 0.5 * (step + chance.random() * 0.8) / len(story.steps), index, step, story))
        return [(story, step) for _, _, step, story in sorted(placed, key=lambda entry: entry[:3])]

    def _story_note(self, case: Case, story: words.Story, step: int, moment: datetime) -> str:
        chance = self.chance
        body = self.voice.tell(case, self.voice.telling(story, step), moment)
        draw = chance.random()
        if draw < 0.28:
            parts = ["[Key-work session|Key-work meeting|Session at the usual time], {minutes} minutes.", None]
            parts += [self.voice.moment(case, "aside") for _ in range(chance.choice((0, 1, 1, 2)))]
            if story.agreed:
                agreed = chance.sample(story.agreed, min(len(story.agreed), 2))
                parts.append("Agreed:" + "".join(f"\n- {line}" for line in agreed))
            return "\n\n".join(body if part is None else self.voice.tell(case, part, moment) for part in parts)
        if draw < 0.45 and story.agreed:
            return body + " " + self.voice.tell(case, "Next: " + _small(chance.choice(story.agreed)) + ".", moment)
        return body

    def _review(self, case: Case, moment: datetime) -> str:
        """A support plan review: a paragraph for each goal, some remarks, and what was agreed."""
        parts = [
            "[Support plan review|Three-month review|Review of the plan] with {name}, {minutes} minutes, "
            + self.chance.choice(PLACES)
            + "."
        ]
        parts += [f"{story.goal}. {self.chance.choice(story.progress)}" for story in case.stories]
        parts += [self.voice.moment(case, "aside") for _ in range(self.chance.choice((1, 1, 2)))]
        agreed = [self.chance.choice(story.agreed) for story in case.stories if story.agreed]
        parts.append("Agreed:" + "".join(f"\n- {line}" for line in agreed))
        return "\n\n".join(self.voice.tell(case, part, moment) for part in parts)

    def _write_latest(self, case: Case) -> None:
        """A word or two from the last days, and for some cases from today."""
        chance = self.chance
        draw = chance.random()
        if draw < 0.35:
            moment = working_moment(chance, words.weekday(self.today - timedelta(days=chance.randint(1, 4)), -1))
            self._add_latest(case, moment, None)
        if draw < 0.14:
            self._add_latest(case, working_moment(chance, self.today), "today")
        elif draw > 0.93:
            self._add_latest(case, at(self.today, 0, chance.randint(12, 40)), "early_today")

    def _add_latest(self, case: Case, moment: datetime, kind: str | None) -> None:
        voice, author = self.voice.author(case, moment)
        if moment > case.windows[-1].start + timedelta(hours=3) and (kind is None or voice == "worker"):
            self._add_note(
                case, "shared", author, moment, self.voice.tell(case, self.voice.moment(case, kind or voice), moment)
            )

    def _write_professional(self, case: Case, window: Window, number: int) -> None:
        chance = self.chance
        moments = self.voice.moments_of(window, chance.choice((1, 2, 2, 3, 3, 4)), share=0.8)
        if number == 0 and chance.random() < 0.6:
            text = self.voice.moment(case, "opening_private")
            self._add_note(
                case,
                "professional",
                chance.choice(case.operators),
                window.start + timedelta(minutes=chance.randint(2, 60)),
                self.voice.tell(case, text, window.start),
            )
        must_flag = self._is_kept_for_safeguarding(case)
        story = self._flagged.next() if must_flag else self._private.next()
        steps = list(range(len(story.steps))) if must_flag or chance.random() < 0.8 else []
        if must_flag and not moments:
            moments = [window.start + timedelta(days=1)]
        for moment in moments:
            if must_flag and steps[0] == 0:
                text = chance.choice(
                    [text for text in story.steps[steps.pop(0)] if text.startswith(words.SAFEGUARDING)]
                )
            elif steps and (chance.random() < 0.7 or must_flag):
                text = self.voice.telling(story, steps.pop(0))
            else:
                text = self.voice.moment(case, "private")
            if chance.random() < 0.14:
                actions = "".join(f"\n- {self.voice.moment(case, 'private_action')}" for _ in range(2))
                text = f"{text}\n\nActions:{actions}"
            must_flag = must_flag and bool(steps)
            self._add_note(
                case, "professional", chance.choice(case.operators), moment, self.voice.tell(case, text, moment)
            )

    def _is_kept_for_safeguarding(self, case: Case) -> bool:
        """Every second case at or past its retention holds flagged notes, which stay longer than the rest."""
        if case.history not in ("past", "due_soon"):
            return False
        self._nearly_purged += 1
        return self._nearly_purged % 2 == 1


def _can_be_flagged(tellings: list[str]) -> bool:
    return any(text.startswith(words.SAFEGUARDING) for text in tellings)


def _small(text: str) -> str:
    """A line of an agreement, as the rest of a sentence; names and "I" keep their capital."""
    return text if text.startswith(("{", "I ")) or text[:3].isupper() else text[0].lower() + text[1:]

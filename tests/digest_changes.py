"""What can become of a random world between the composing of a digest and its sending: rights end, words are corrected, records go."""

from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone

from tests.digest_rows import TABLES, Goal, Note, Part, Session, User, World
from tests.digest_worlds import MOMENTS, Maker

#: When it happens: after all the months that were composed.
NOW = datetime(2026, 1, 5, 9, 30, tzinfo=timezone.utc)


def assignment_ends(maker: Maker, world: World) -> None:
    """Somebody leaves a team; a contact card may be taken off too."""
    swap(world.team, lambda part: part._replace(ended_at=NOW), maker, lambda part: part.ended_at is None)


def officer_leaves(maker: Maker, world: World) -> None:
    """Somebody leaves all teams of the organisation."""
    leaver = maker.one_of(list(world.people))
    world.team[:] = [part._replace(ended_at=NOW) if part.user_id == leaver and part.ended_at is None else part for part in world.team]


def assignment_is_gone(maker: Maker, world: World) -> None:
    """Of somebody's part in a case no row is left."""
    drop(world.team, maker)


def assignment_begins_again(maker: Maker, world: World) -> None:
    """Somebody who had left is back; nobody is there twice."""
    there = {(part.case_id, part.user_id) for part in world.team if part.ended_at is None}
    past = [part for part in world.team if part.ended_at is not None and part.user_id and (part.case_id, part.user_id) not in there]
    if past:
        world.team.append(maker.one_of(past)._replace(id=maker.id(), assigned_at=NOW, ended_at=None))


def new_assignment(maker: Maker, world: World) -> None:
    """Somebody joins the team of a case that they had no part in."""
    person, case = maker.one_of(list(world.people.values())), maker.one_of(world.cases)
    if not any(part.case_id == case.id and part.user_id == person.id for part in world.team):
        world.team.append(Part(maker.id(), case.organisation_id, case.landlord_id, case.id, person.id, person.full_name, "housing_officer", "full",
                               person.email, None, None, None, maker.text("inviter"), NOW, None, NOW))


def mode_changes(maker: Maker, world: World) -> None:
    """From context only to a full part, or back."""
    other = {"full": "context_only", "context_only": "full"}
    swap(world.team, lambda part: part._replace(participation_mode=other[part.participation_mode]), maker, lambda part: part.user_id and part.ended_at is None)


def visibility_changes(maker: Maker, world: World) -> None:
    """What housing officers see of a tenant."""
    swap(world.tenants, lambda tenant: tenant._replace(housing_officer_note_visibility=maker.one_of(("hidden", "visible", "inherit"))), maker)


def setting_changes(_: Maker, world: World) -> None:
    """What housing officers see of the tenants that say nothing else."""
    world.organisation = world.organisation._replace(support_notes_visible_to_housing_officer=not world.organisation.support_notes_visible_to_housing_officer)


def plan_changes(maker: Maker, world: World) -> None:
    """To one with support cases, or without."""
    world.organisation = world.organisation._replace(plan_code=maker.one_of(("business", "enterprise")))


def addresses_change(maker: Maker, world: World) -> None:
    """Which addresses are listed and which are suppressed is drawn anew."""
    world.suppressed.clear()
    maker.addresses(world, list(world.people.values()))


def tenant_is_renamed(maker: Maker, world: World) -> None:
    """A tenant's name is corrected."""
    swap(world.tenants, lambda tenant: tenant._replace(full_name=maker.text("tenant") + " now"), maker)


def case_closes(maker: Maker, world: World) -> None:
    """Now, or long ago as it turns out."""
    closed = maker.one_of((NOW, MOMENTS[maker.period][0] - timedelta(days=300)))
    swap(world.cases, lambda case: case._replace(opened_at=min(case.opened_at, closed), closed_at=closed, closing_reason="moved_on"), maker)


def case_reopens(maker: Maker, world: World) -> None:
    """A tenant without an open case."""
    supported = {case.tenant_id for case in world.cases if case.closed_at is None}
    swap(world.cases, lambda case: case._replace(closed_at=None, closing_reason=None), maker, lambda case: case.tenant_id not in supported)


def note_goes(maker: Maker, world: World) -> None:
    """A note is deleted."""
    drop(world.notes, maker)


def note_is_corrected(maker: Maker, world: World) -> None:
    """A note says something else."""
    swap(world.notes, lambda note: note._replace(body=note.body + " and more"), maker)


def note_comes(maker: Maker, world: World) -> None:
    """A Shared note is added, dated back."""
    case, author = maker.one_of(world.cases), maker.one_of(list(world.people.values()))
    world.notes.append(Note(maker.id(), case.organisation_id, case.landlord_id, case.id, "shared", maker.text("late"), author.id, author.full_name, False, None,
                            MOMENTS[maker.period][0]))


def goal_ends(maker: Maker, world: World) -> None:
    """A goal is reached, given up or taken up again."""
    swap(world.goals, lambda goal: goal._replace(status=maker.one_of(("achieved", "closed", "active"))), maker)


def goal_is_corrected(maker: Maker, world: World) -> None:
    """A goal has another title and date."""
    swap(world.goals, lambda goal: goal._replace(title=goal.title[:140] + " and more", target_date=None), maker)


def goal_goes(maker: Maker, world: World) -> None:
    """A goal is deleted, with its progress."""
    gone = drop(world.goals, maker)
    world.progress[:] = [each for each in world.progress if not gone or each.goal_id != gone.id]


def goal_comes(maker: Maker, world: World) -> None:
    """A goal is added, dated back."""
    case, author = maker.one_of(world.cases), maker.one_of(list(world.people.values()))
    world.goals.append(Goal(maker.id(), case.organisation_id, case.landlord_id, case.id, maker.text("late"), "", None, "active", author.id, author.full_name,
                            MOMENTS[maker.period][0]))


def progress_comes(maker: Maker, world: World) -> None:
    """One step on."""
    if world.progress:
        each = maker.one_of(world.progress)
        world.progress.append(each._replace(id=maker.id(), body=each.body + " and more", noted_at=NOW + timedelta(minutes=len(world.progress))))


def progress_goes(maker: Maker, world: World) -> None:
    """A progress entry is deleted."""
    drop(world.progress, maker)


def session_changes(maker: Maker, world: World) -> None:
    """A session is over, or not at all, or on another day."""
    def another(each: Session) -> Session:
        status = maker.one_of(("cancelled", "delivered", "scheduled", "missed"))
        return each._replace(status=status, outcome_note=None if status == "scheduled" else maker.text("outcome"), scheduled_at=maker.moment(), duration_minutes=30)
    swap(world.sessions, another, maker)


def session_goes(maker: Maker, world: World) -> None:
    """A session is deleted."""
    drop(world.sessions, maker)


def session_comes(maker: Maker, world: World) -> None:
    """A session that nobody had written down."""
    case, author = maker.one_of(world.cases), maker.one_of(list(world.people.values()))
    world.sessions.append(Session(maker.id(), case.organisation_id, case.landlord_id, case.id, MOMENTS[maker.period][0], 60, "home_visit",
                                  maker.text("late"), "scheduled", None, author.id, author.full_name))


CHANGES = (note_is_corrected, note_goes, note_comes, assignment_ends, visibility_changes, setting_changes, addresses_change, officer_leaves, assignment_begins_again,
           new_assignment, assignment_is_gone, mode_changes, plan_changes, tenant_is_renamed, case_closes, case_reopens, goal_ends, goal_is_corrected, goal_goes,
           goal_comes, progress_comes, progress_goes, session_changes, session_goes, session_comes)


def swap(rows: list, into, maker: Maker, which=lambda row: True) -> None:
    """Puts another row in the place of one of those of the list that fit, if there are any."""
    places = [place for place, row in enumerate(rows) if which(row)]
    if places:
        place = maker.one_of(places)
        rows[place] = into(rows[place])


def drop(rows: list, maker: Maker):
    """Takes a row out of the list and returns it; None from an empty one."""
    return rows.pop(maker.below(len(rows))) if rows else None


def change(maker: Maker, worlds: list[World]) -> list[World]:
    """The same worlds some time later; those given stay as they are."""
    people = {person.id: later(maker, person) for world in worlds for person in world.people.values()}
    return [change_one(maker, world, people) for world in worlds]


def later(maker: Maker, person: User) -> User:
    """A person some time later: most are who they were."""
    if not maker.one_in(12):
        return person
    return maker.one_of((person._replace(full_name=person.full_name + " now"), person._replace(email="new." + person.email), person._replace(disabled_at=NOW)))


def change_one(maker: Maker, world: World, people: dict[str, User]) -> World:
    """One world some time later, with its people as they are then."""
    lists = {each.name: list(getattr(world, each.name)) for each in fields(world) if each.name in TABLES}
    made = replace(world, people={person: people[person] for person in world.people}, **lists)
    maker.number, maker.mark, maker.period = world.number, "", world.period
    for _ in maker.few(4):
        maker.one_of(CHANGES)(maker, made)
    return made

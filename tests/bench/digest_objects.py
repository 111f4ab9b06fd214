"""The usual way to make digests, to compare with: an application's loops over an object-relational mapper, query by query."""

import time
from datetime import date, datetime
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import MetaData, Table, create_engine, insert, select
from sqlalchemy.orm import Session

from db.models import GoalProgress, SupportCase, SupportCollaborator, SupportGoal, SupportNote, SupportSession
from db.models_platform import Account
from db.models_set_up import Tenant


class Loops:
    """One officer after the other, their cases one after the other, and the goals of each."""

    def __init__(self, session: Session, month: date, begins: datetime, ends: datetime) -> None:
        self._session, self._month, self._begins, self._ends = session, month, begins, ends
        tables = MetaData()
        self._digests, self._entries = (Table(name, tables, autoload_with=session.get_bind()) for name in ("plain_digests", "plain_entries"))

    def officers(self) -> list[tuple[UUID, UUID]]:
        """Organisation and person of every live assignment of a housing officer, each pair once."""
        live = select(SupportCollaborator.organisation_id, SupportCollaborator.user_id).distinct().where(
            SupportCollaborator.kind == "housing_officer", SupportCollaborator.ended_at.is_(None))
        return [tuple(row) for row in self._session.execute(live)]

    def digest(self, organisation_id: UUID, officer_id: UUID) -> None:
        """Makes and keeps the digest of one officer in one organisation."""
        officer = self._session.get(Account, officer_id)
        digest_id = uuid4()
        self._session.execute(insert(self._digests).values(
            id=digest_id, organisation_id=organisation_id, officer_id=officer_id, officer_name=officer.full_name, address=officer.email, period=self._month))
        assignments = self._session.scalars(select(SupportCollaborator).where(
            SupportCollaborator.organisation_id == organisation_id, SupportCollaborator.user_id == officer_id,
            SupportCollaborator.kind == "housing_officer", SupportCollaborator.ended_at.is_(None)))
        for assignment in assignments.all():
            case = self._session.get(SupportCase, assignment.case_id)
            self._session.execute(insert(self._entries).values(
                organisation_id=organisation_id, landlord_id=case.landlord_id, digest_id=digest_id, case_id=case.id, content=self._content(case)))

    def _content(self, case: SupportCase) -> dict:
        return {
            "tenant": self._session.get(Tenant, case.tenant_id).full_name, "closed_at": None, "notes_are_shown": True, "all_sessions_are_shown": True,
            "goals": [self._goal(goal) for goal in self._session.scalars(select(SupportGoal).where(
                SupportGoal.case_id == case.id, SupportGoal.status == "active").order_by(SupportGoal.created_at, SupportGoal.id)).all()],
            "sessions": [
                {"id": str(each.id), "at": each.scheduled_at.isoformat(), "minutes": each.duration_minutes, "type": each.type, "status": each.status}
                for each in self._session.scalars(select(SupportSession).where(
                    SupportSession.case_id == case.id, SupportSession.status.in_(("delivered", "scheduled")),
                    SupportSession.scheduled_at >= self._begins, SupportSession.scheduled_at < self._ends).order_by(SupportSession.scheduled_at, SupportSession.id))],
            "notes": [
                {"id": str(each.id), "body": each.body, "author": each.author_name, "at": each.created_at.isoformat()}
                for each in self._session.scalars(select(SupportNote).where(
                    SupportNote.case_id == case.id, SupportNote.stream == "shared",
                    SupportNote.created_at >= self._begins, SupportNote.created_at < self._ends).order_by(SupportNote.created_at, SupportNote.id))],
        }  # fmt: skip

    def _goal(self, goal: SupportGoal) -> dict:
        latest = self._session.scalars(select(GoalProgress).where(GoalProgress.goal_id == goal.id).order_by(GoalProgress.noted_at.desc()).limit(1)).first()
        return {"id": str(goal.id), "title": goal.title, "target_date": goal.target_date.isoformat(),
                "progress": latest and {"body": latest.body, "author": latest.author_name, "at": latest.noted_at.isoformat()}}


def composed_by_objects(conninfo: str, month: date, begins: datetime, ends: datetime, seconds: float) -> tuple[int, float]:
    """How many officers' digests it makes in so many seconds, and the seconds that they took; each is committed, nothing is kept between them.

    conninfo: of the owner, to a database with the tables plain_digests and plain_entries.
    """
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo))
    made = 0
    with Session(engine) as session:
        loops = Loops(session, month, begins, ends)
        pairs = loops.officers()
        began = time.perf_counter()
        for organisation_id, officer_id in pairs:
            loops.digest(organisation_id, officer_id)
            session.commit()
            made += 1
            if time.perf_counter() - began > seconds:
                break
        took = time.perf_counter() - began
    engine.dispose()
    return made, took

"""What the tests of documents' screens share: addresses, fields of a question, and documents made for one test."""

import json
import uuid

from psycopg.types.json import Jsonb

from tests.world import ident
from tests.world_documents import ANSWERS

OP, CO = "/support-cases/{case[ann]}/documents", "/support/cases/{case[ann]}/documents"
#: A draft that can be handed in.
ENOUGH = {"name": "Wendy Work", "agreed": True}
STEPS = {
    "submit": "select app.submit_document(%(id)s)", "return": "select app.return_document(%(id)s, 'Say more about the hours.')",
    "withdraw": "select app.withdraw_document(%(id)s)",
    "approve": "select app.approve_document(%(id)s, (select content_sha256 from app.support_documents where id = %(id)s), '%%PDF-1.7 fixed'::bytea)",
    "hand_over": "select app.hand_over_document(%(id)s, gen_random_uuid(), 'Ann Tenant', current_date)",
}


def at(site, side: str, its_id: object = "", step: str = "") -> str:
    """The address of the tab, of a document (by its id or its name in the world), or of a screen of it."""
    its_id = site.world.document[its_id] if isinstance(its_id, str) and "/" in its_id else its_id
    return "/".join(str(each) for each in (site.at(side), its_id, step) if each)


def form_of(site, persona: str, address: str, *names: str):
    """A form as its page serves it."""
    return site.visitor(persona).page(address).form_with(*names)


def part(label: str, template: str = "harbour/agreement") -> str:
    """The id of a question of a template of tests/world_documents.py."""
    return str(ident("part", f"{template}/{label}"))


def field(label: str) -> str:
    """The field of a question of Harbour's agreement in the form."""
    return f"answers_{part(label)}"


def typed(answers: dict) -> dict:
    """Answers by label as fields of the form."""
    return {field(label): answer for label, answer in answers.items()}


def kept(answers: dict) -> dict:
    """Answers by label as the database keeps them."""
    return {part(label): answer for label, answer in answers.items()}


def every_answer() -> dict:
    """An answer to each question of the agreement, by label, as it is kept."""
    return {label: ANSWERS[label] for label in ("name", "wishes", "from", "hours", "place", "topics", "agreed", "signed")}


def made(site, author: str, *steps: tuple[str, str], answers: dict | None = None, title: str = "Agreement of a test", case: str = "ann") -> uuid.UUID:
    """A document of somebody's in a case of Harbour's, with these steps (who, step) taken."""
    its_id = uuid.uuid4()
    with site.world.acting(author) as connection:
        connection.execute(
            "insert into app.support_documents (id, case_id, template_version_id, title, answers) values (%s, %s, %s, %s, %s)",
            [its_id, site.world.case[case], site.world.wording["harbour/agreement/2"], title, Jsonb(kept(ENOUGH if answers is None else answers), dumps=json.dumps)])
    for who, step in steps:
        take(site, its_id, who, step)
    return its_id


def take(site, its_id: uuid.UUID, who: str, step: str) -> None:
    """A step by somebody, as STEPS has it."""
    with site.world.acting(who) as connection:
        connection.execute(STEPS[step], {"id": its_id})


def state_of(site, its_id: uuid.UUID) -> str:
    """The state of a document, as the owner reads it."""
    return site.as_owner("select state from app.support_documents where id = %(id)s", id=its_id)[0][0]


def answers_of(site, its_id: uuid.UUID) -> dict:
    """Its answers, as the owner reads them."""
    return site.as_owner("select answers from app.support_documents where id = %(id)s", id=its_id)[0][0]

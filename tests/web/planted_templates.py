"""A template of Harbour for tests of screens: parts of every type, ids that follow from names."""

import json

from tests.world import ident

TEMPLATE = ident("template", "harbour/all types")
NAME = "All types"


def part(name: str, kind: str, words: str, **more: object) -> dict[str, object]:
    """A part of a template."""
    return {"id": str(ident("part", name)), "type": kind, "words": words, **more}


PARTS = [
    part("opening", "text", "Dear {{tenant}},\n\nthis is {{organisation}}."),
    part("about", "heading", "About you"),
    part("name", "short_text", "What should we call you?", hint="A first name is enough", required=True),
    part("story", "long_text", "What has happened?"),
    part("day", "date", "Since when?"),
    part("rooms", "number", "How many rooms?"),
    part("way", "choice", "How shall we reach you?", options=["By letter", "By phone"], required=True),
    part("needs", "choices", "What do you need?", options=["A key", "A bed", "A chair"]),
    part("well", "yes_no", "Are you well?"),
    part("signed", "signature", "Signed by {{tenant}}", required=True),
]


def plant(world, its_id=TEMPLATE, name: str = NAME, parts=PARTS, organisation: str = "harbour", kind: str = "intake_assessment", months: int | None = None):
    """The template with its first wording, where it is not there yet; its id."""
    with world.owner() as owner:
        made = owner.execute(
            "insert into app.document_templates (id, organisation_id, kind, name, repeats_every_months) values (%s, %s, %s, %s, %s) on conflict (id) do nothing returning id",
            [its_id, world.organisation[organisation], kind, name, months]).fetchone()
        if made:
            owner.execute("insert into app.document_template_versions (template_id, parts, author_name) values (%s, %s, 'Harbour Admin')", [its_id, json.dumps(parts)])
    return its_id

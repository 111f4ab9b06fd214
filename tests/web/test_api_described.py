"""The API as its OpenAPI document describes it: Schemathesis calls every operation, with what it takes and with what it does not.

Whatever is sent, there is no fault of ours, each answer is one that the document names, and no id and no words of a row come back that
the caller may not read (tests/rights.py).
"""

import json
import re
import uuid

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_headers_conformance, response_schema_conformance, status_code_conformance

from tests.rights import Facts, Oracle
from tests.web.programs import TABLES, calling, program_of

CALLERS = ["harbour_admin", "quay_manager", "worker", "watcher", "officer_shut", "platform", None]
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance, response_headers_conformance]
#: Calls of each operation, as it is described and otherwise; of whoever is turned away at the door, fewer. One caller must stay below 600 a minute.
EXAMPLES = {GenerationMode.POSITIVE: 4, GenerationMode.NEGATIVE: 2}
AT_THE_DOOR = {GenerationMode.POSITIVE: 1, GenerationMode.NEGATIVE: 1}
AN_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: What a row says that no other does.
WORDS = {"support_cases": ("context_summary",), "support_notes": ("body",), "support_goals": ("title",), "support_sessions": ("outcome_note", "attendees"),
         "support_collaborators": ("email",), "support_documents": ("title",)}


class Witness:
    """Says what came back that its caller may not read: ids of rows, and words that none of their rows holds."""

    def __init__(self, world, persona):
        self.world, self.persona = world, world.personas.get(persona)
        self.told = 0
        self.look()

    def look(self):
        """Reads all rows as they are now."""
        facts = Facts(self.world)
        reads = Oracle(facts, self.persona).reads if self.persona else lambda table, row: False
        self.readable, self.hidden, mine, others = set(), set(), set(), set()
        for table in TABLES.values():
            for row in facts[table]:
                seen = reads(table, row)
                (self.readable if seen else self.hidden).add(str(row["id"]))
                (mine if seen else others).update(row[name] for name in WORDS.get(table, ()) if row[name] and len(row[name]) > 8)
        self.kept = others - mine

    def judge(self, case, response):
        """Fails where an answer holds what is hidden; the caller's own words, sent a moment before, are no answer."""
        sent = f"{case.body} {case.path_parameters} {case.query}"
        found = set(AN_ID.findall(response.text))
        self.told += len(found & self.readable)
        assert not found & self.hidden - set(AN_ID.findall(sent)), (case.operation.label, self.persona)
        if response.status_code == 200:
            assert not found & self.hidden, (case.operation.label, self.persona)
        leaked = [words for words in self.kept if words in response.text and words not in sent]
        assert not leaked, (case.operation.label, self.persona, leaked)


@pytest.fixture(scope="module")
def document(site):
    """What the server says of itself."""
    with calling(site.address) as program:
        return program.call("GET", "openapi.json").json()


def at_home(case, draw, ids):
    """The same call about rows that there are: as generated, nearly every id would be nobody's."""
    if "pk" in case.path_parameters:
        case.path_parameters["pk"] = draw(ids)
    if isinstance(case.body, dict):
        for name in {"case_id", "goal_id"} & case.body.keys():
            case.body[name] = draw(ids)
    asked = json.loads(case.query["q"]) if str(case.query.get("q", "")).startswith("{") else {}
    conditions = asked.get("filters", []) if isinstance(asked, dict) else []
    for each in conditions if isinstance(conditions, list) else []:
        if isinstance(each, dict) and str(each.get("col")).endswith("_id"):
            each.update(opr="eq", value=draw(ids))
    if conditions:
        case.query["q"] = json.dumps(asked)


@pytest.mark.parametrize("persona", CALLERS)
def test_every_operation_answers_as_it_is_described(site, document, persona):
    """For each caller: no fault of ours, no answer that the document does not name, nothing that they may not read."""
    witness = Witness(site.world, persona)
    ids = st.sampled_from(sorted(witness.readable)[:200] + sorted(witness.hidden)[:100] + [str(uuid.UUID(int=7))])
    statuses = set()
    with requests.Session() as session, program_of(site, persona) as program:
        session.trust_env = False
        schema = schemathesis.openapi.from_dict(document)
        operations = [found.ok() for found in schema.get_all_operations()]
        # Signing in and out are for whoever has no token: it would end here.
        chosen = [each for each in operations if persona is None or "/security/" not in each.path]
        assert len(operations) == 30 and len(chosen) >= 27
        for operation in sorted(chosen, key=lambda each: each.method != "get"):
            for mode, number in (EXAMPLES if persona not in (None, "platform") else AT_THE_DOOR).items():
                if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query):
                    continue

                @settings(max_examples=number, database=None, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
                @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
                def call(case, data):
                    if mode is GenerationMode.POSITIVE:
                        at_home(case, data.draw, ids)
                    if persona:
                        # It makes up tokens too: those are tried by whoever has none.
                        case.headers = {"Authorization": f"Bearer {program.tokens['access_token']}"}
                    response = case.call(base_url=site.address, session=session)
                    case.validate_response(response, checks=CHECKS)
                    statuses.add(response.status_code)
                    if operation.method != "get" and response.status_code < 300:
                        witness.look()
                    witness.judge(case, response)

                call()
    if persona in (None, "platform"):
        assert statuses <= {200, 400, 401, 403, 404, 413, 414, 415, 429} and {401 if persona is None else 403} <= statuses and witness.told == 0
    else:
        assert statuses >= {200, 400, 404} and witness.told > 100


def test_the_document_is_whole(document):
    """Every address of the API is in it with its answers, nothing of the inside is, and ids, moments and refusals are what they are."""
    names = set(document["components"]["schemas"])
    assert names >= {"Case", "CaseLine", "Note", "NewNote", "NoteChange", "NoteQuery", "Problem", "SignInBody", "Tokens"}
    assert not [name for name in names if "." in name or name.startswith(("Support", "Meta", "get_")) or name.endswith(("Row", "Entry", "Workspace", "Api"))]
    note = document["components"]["schemas"]["Note"]
    assert note["properties"]["id"]["format"] == "uuid" and note["properties"]["created_at"]["format"] == "date-time"
    assert note["properties"]["edited_at"]["nullable"] is True and set(note["required"]) == set(note["properties"])
    assert document["components"]["schemas"]["NewNote"]["additionalProperties"] is False
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"] and operation["operationId"] and operation["tags"], path
            open_to_all = path in ("/api/v1/openapi.json", "/api/v1/security/login")
            assert bool(operation["security"]) != open_to_all and (open_to_all or {"401", "429"} <= operation["responses"].keys())
            if "{pk}" in path:
                assert operation["parameters"][0]["schema"] == {"type": "string", "format": "uuid"}
            if method in ("post", "put") and "requestBody" in operation:
                assert {"400", "413", "415"} <= operation["responses"].keys()
    assert {"jwt", "jwt_refresh"} == document["components"]["securitySchemes"].keys()
    assert all(set(each["content"]["application/json"]["schema"]) == {"$ref"} for status, each in document["components"]["responses"].items() if status != "414")


def test_the_witness_sees_what_is_hidden(site):
    """An answer with a hidden id or with words of a hidden note in it fails; one with one's own does not."""
    witness = Witness(site.world, "worker")
    assert witness.readable and witness.hidden and witness.kept

    class Call:
        body, path_parameters, query, operation = None, {}, {}, type("Operation", (), {"label": "GET /planted"})

    class Answer:
        status_code = 200

        def __init__(self, text):
            self.text = text

    witness.judge(Call, Answer(next(iter(witness.readable))))
    for planted in (next(iter(witness.hidden)), next(iter(witness.kept))):
        with pytest.raises(AssertionError):
            witness.judge(Call, Answer(f'{{"x": "{planted}"}}'))

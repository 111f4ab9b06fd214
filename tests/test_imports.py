"""What imports write, for whom, and how often: with the org-admin's own steps and the jobs service's, killed, doubled and refused."""

import threading

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.conftest import take_hat
from tests.imports import ROWS, csv_of, faults, matched, ready, stage, state
from tests.retention import as_job, faults as faults_of_the_log, seal, sweep

WORK = "call app.work_on_imports()"


@pytest.fixture
def firm(fresh_world):
    """A world with something in Harbour that files can name."""
    with fresh_world.owner() as owner:
        ready(owner, fresh_world)
    return fresh_world


def upload(world, kind: str, *rows: dict[str, str], persona: str = "harbour_admin"):
    """An org-admin uploads a file and asks for its check."""
    with world.acting(persona) as connection:
        this = stage(connection, world.organisation["harbour"], kind, csv_of([*rows]))
        connection.execute("select app.ask_for_import_check(%s, %s)", [this, matched(connection, this)])
    return this


def ask(world, this, persona: str = "harbour_admin") -> None:
    """An org-admin asks for the import of a checked file."""
    with world.acting(persona) as connection:
        connection.execute("select app.ask_for_import(%s)", [this])


def brought_in(world, kind: str, *rows: dict[str, str]):
    """A file, from its upload to its end."""
    this = upload(world, kind, *rows)
    as_job(world, WORK)
    ask(world, this)
    as_job(world, WORK)
    return this


def stands(world, this) -> tuple:
    """(state, faults, to add, already here, to close) of an import."""
    with world.owner() as owner:
        return state(owner, this)


def written(world, table: str, external_id: str) -> dict:
    """The row that came in with this id."""
    [row] = [each for each in world.rows(table) if each["external_id"] == external_id]
    return row


def test_each_kind_is_written_as_its_file_says(firm):
    """Row by row: every field, the moments of the file, names of authors, and the place that follows from what it hangs under; written down for who asked."""
    brought = [brought_in(firm, kind, row) for kind, row in ROWS.items()]
    assert {stands(firm, this) for this in brought} == {("done", 0, 1, 0, 0)}
    harbour = {"organisation_id": firm.organisation["harbour"]}
    home = written(firm, "properties", "P-1")
    assert home.items() >= {**harbour, "landlord_id": firm.landlord["quay"], "address": "9 New Row", "town": "Leeds", "postcode": "LS6 2XX"}.items()
    tenant = written(firm, "tenants", "T-1")
    assert tenant.items() >= {**harbour, "property_id": firm.property["dock_1"], "landlord_id": firm.landlord["dock"], "full_name": "Nell Newcome",
                              "housing_officer_note_visibility": "visible"}.items() and str(tenant["date_of_birth"]) == "1990-02-03"
    case = written(firm, "support_cases", "C-1")
    assert case.items() >= {**harbour, "tenant_id": firm.tenant["fay"], "context_summary": "Came from elsewhere.", "closed_at": None}.items()
    assert case["opened_at"].isoformat() == "2024-05-06T09:30:00+00:00"
    note = written(firm, "support_notes", "N-1")
    assert note.items() >= {**harbour, "case_id": firm.case["ann"], "stream": "professional", "body": "First line.\nSecond line.", "author_id": None, "author_name": "Jo Former",
                            "safeguarding": True, "edited_at": None}.items()
    assert note["created_at"] == note["safeguarding_flagged_at"] and note["created_at"].isoformat() == "2024-11-03T14:05:00+00:00"
    goal = written(firm, "support_goals", "G-1")
    assert goal.items() >= {"case_id": firm.case["ann"], "title": "Keys of her own", "description": "", "status": "achieved", "author_id": None}.items()
    meeting = written(firm, "support_sessions", "S-1")
    # Somebody who works here is known by their address, and called as they are called here.
    assert meeting.items() >= {"case_id": firm.case["ann"], "duration_minutes": 45, "type": "key_work_meeting", "status": "delivered", "outcome_note": "We talked.",
                               "author_id": firm.user["quay_manager"], "author_name": "Quay Manager"}.items()
    with firm.owner() as owner:
        log = owner.execute(
            "select a.table_name, a.actor_id, a.actor_name, a.actor_hat, p.reason, p.after ->> 'external_id' from app.audit_log as a join app.audit_payloads as p on p.audit_id = a.id"
            " where a.action = 'insert' and p.after ->> 'external_id' is not null order by a.id").fetchall()
        assert log == [(table, firm.user["harbour_admin"], "Harbour Admin", "org_admin", "Imported from a file", row["external_id"]) for table, row in zip(
            ("properties", "tenants", "support_cases", "support_notes", "support_goals", "support_sessions"), ROWS.values(), strict=True)]
        assert owner.execute("select (select count(*) from app.import_lines as l join app.imports as i on i.id = l.import_id where i.state = 'done')").fetchone() == (0,)
        # What the jobs service does by itself is its own.
        assert set(owner.execute("select actor_hat, p.after ->> 'state' from app.audit_log as a join app.audit_payloads as p on p.audit_id = a.id"
                                 " where a.table_name = 'imports' and a.action = 'update' and a.row_id = any (%s)", [brought])) == {
            ("org_admin", "checking"), ("job", "checked"), ("org_admin", "applying"), ("org_admin", "done")}
        seal(firm)
        assert faults_of_the_log(owner) == []


def test_the_same_file_again_changes_nothing(firm):
    """Everything is here already, to the last line of the log; a file with one line more brings that one."""
    rows = [ROWS["notes"] | {"external_id": f"N-{number}"} for number in range(1, 6)]
    brought_in(firm, "notes", *rows)
    notes = firm.rows("support_notes")
    this = upload(firm, "notes", *rows)
    as_job(firm, WORK)
    assert stands(firm, this) == ("checked", 0, 0, 5, 0)
    with pytest.raises(psycopg.Error) as refused:
        ask(firm, this)
    assert refused.value.sqlstate == "KW498" and firm.rows("support_notes") == notes
    # What is here is not looked at any further: it may have changed there.
    this = brought_in(firm, "notes", *[row | {"case": "C-9", "stream": "x"} for row in rows], ROWS["notes"] | {"external_id": "N-6"})
    assert stands(firm, this) == ("done", 0, 1, 5, 0) and len(firm.rows("support_notes")) == len(notes) + 1


def test_cases_close_and_the_next_one_opens(firm):
    """The second file brings the closing of one that is open here, and the tenant's next case; once closed it is left as it is."""
    brought_in(firm, "cases", ROWS["cases"])
    brought_in(firm, "notes", ROWS["notes"] | {"case": "C-1", "created_at": "2024-06-01"})
    closed = ROWS["cases"] | {"closed_at": "02/07/2024", "closing_reason": "Transferred to another service"}
    following = ROWS["cases"] | {"external_id": "C-2", "opened_at": "2024-09-01"}
    ancient = ROWS["cases"] | {"external_id": "C-3", "opened_at": "2001-01-01", "closed_at": "2002-01-01", "closing_reason": "died"}
    this = brought_in(firm, "cases", closed, following, ancient)
    assert stands(firm, this) == ("done", 0, 2, 0, 1)
    first = written(firm, "support_cases", "C-1")
    assert first["closed_at"].isoformat() == "2024-07-01T23:00:00+00:00" and first["closing_reason"] == "transferred"
    assert written(firm, "support_cases", "C-2")["closed_at"] is None
    # Closed so long ago that the next run destroys it: the page says so, and it is so.
    assert [each["due_at_once"] for each in firm.rows("imports") if each["id"] == this] == [1]
    with firm.owner() as owner:
        assert owner.execute("select p.before ->> 'closed_at', a.actor_name from app.audit_log as a join app.audit_payloads as p on p.audit_id = a.id where a.row_id = %s and a.action = 'update'",
                             [first["id"]]).fetchall() == [(None, "Harbour Admin")]
    assert stands(firm, upload_and_check(firm, "cases", closed, following))[:4] == ("checked", 0, 0, 2)
    # Notes of a closed case come too late.
    late = upload_and_check(firm, "notes", ROWS["notes"] | {"external_id": "N-9", "case": "C-1"})
    with firm.owner() as owner:
        assert faults(owner, late) == {(2, "case", "closed")}
    sweep(firm)
    assert "C-3" not in [each["external_id"] for each in firm.rows("support_cases")]


def upload_and_check(world, kind: str, *rows: dict[str, str]):
    """A file, to its check."""
    this = upload(world, kind, *rows)
    as_job(world, WORK)
    return this


def test_what_changed_since_the_check_is_seen(firm):
    """A case that is closed in between: nothing is written, and the import is back at its faults, which name the line."""
    this = upload_and_check(firm, "notes", *[ROWS["notes"] | {"external_id": f"N-{number}"} for number in range(3)])
    assert stands(firm, this) == ("checked", 0, 3, 0, 0)
    notes = firm.rows("support_notes")
    ask(firm, this)
    with firm.acting("harbour_admin") as admin:
        admin.execute("select app.close_case(%s, 'moved_on', false)", [firm.case["ann"]])
    as_job(firm, WORK)
    assert stands(firm, this)[:2] == ("checked", 3) and firm.rows("support_notes") == notes
    with firm.owner() as owner:
        assert faults(owner, this) == {(line, "case", "closed") for line in (2, 3, 4)}


def test_a_closing_waits_for_the_import_or_is_seen(firm):
    """While an import writes, its cases are held: whoever closes one waits, and closes it afterwards with the notes in it."""
    this = upload_and_check(firm, "notes", ROWS["notes"])
    ask(firm, this)
    with psycopg.connect(firm.conninfo) as writing, firm.connect() as closing:
        writing.execute("set role keywork_owner")
        writing.execute("insert into vault.import_work (import_id, attempts) values (%s, 1) on conflict do nothing", [this])
        writing.execute("select app.carry_out_import(%s)", [this])
        take_hat(closing, firm.identity("harbour_admin"))
        closing.execute("set local lock_timeout = '300ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            closing.execute("select app.close_case(%s, 'moved_on', false)", [firm.case["ann"]])
        writing.commit()
    with firm.acting("harbour_admin") as admin:
        admin.execute("select app.close_case(%s, 'moved_on', false)", [firm.case["ann"]])
    assert written(firm, "support_notes", "N-1") and stands(firm, this)[0] == "done"


ENDINGS = [
    ("update app.users set disabled_at = now() where id = %(user)s", "rights"),
    ("delete from app.memberships where user_id = %(user)s", "rights"),
    ("update app.memberships set role = 'property_manager' where user_id = %(user)s", "rights"),
    ("update app.organisations set plan_code = 'business' where id = %(firm)s", "plan"),
]


@pytest.mark.parametrize(("statement", "error"), ENDINGS)
@pytest.mark.parametrize("step", ["check", "import"])
def test_rights_are_looked_at_when_it_is_done(firm, statement, error, step):
    """Threat 20: who asked may no longer, or the plan has gone: refused, nothing written, and nothing of the file is kept."""
    this = upload(firm, "notes", ROWS["notes"])
    if step == "import":
        as_job(firm, WORK)
        ask(firm, this)
    notes = firm.rows("support_notes")
    with firm.owner() as owner:
        owner.execute(statement, {"user": firm.user["harbour_admin"], "firm": firm.organisation["harbour"]})
    as_job(firm, WORK)
    [row] = [each for each in firm.rows("imports") if each["id"] == this]
    assert (row["state"], row["error"]) == ("refused", error) and firm.rows("support_notes") == notes
    assert this not in [each["import_id"] for each in firm.rows("import_lines")]


def test_steps_are_taken_in_their_order(firm):
    """KW495 for a step that is another's turn, by the functions and past them; KW496 and KW497 name the field; other people's imports are not there."""
    def refused(statement: str, *values, persona="harbour_admin"):
        with firm.as_(persona) as connection, pytest.raises(psycopg.Error) as refusal:
            connection.execute(statement, values)
        return refusal.value.sqlstate, refusal.value.diag.column_name

    check, go, stop = "select app.ask_for_import_check(%s, %s)", "select app.ask_for_import(%s)", "select app.discard_import(%s)"
    with firm.acting("harbour_admin") as connection:
        this = stage(connection, firm.organisation["harbour"], "notes", csv_of([ROWS["notes"]]))
        right = matched(connection, this)
    assert refused(go, this) == ("KW495", None)
    assert refused(check, this, Jsonb({**right.obj, "body": None})) == ("KW496", "body")
    assert refused(check, this, Jsonb({name: column for name, column in right.obj.items() if name != "author"})) == ("KW496", "author")
    assert refused(check, this, Jsonb({**right.obj, "body": "elsewhere"})) == ("KW497", "body")
    assert refused(check, this, Jsonb({**right.obj, "body": "case"}))[0] == "KW497"
    assert refused(check, this, Jsonb({**right.obj, "landlord_id": "safeguarding"}))[0] == "KW497"
    for persona in ("moor_admin", "quay_manager", "worker"):
        assert refused(stop, this, persona=persona)[0] in ("KW404", "42501")
    with firm.acting("harbour_admin") as connection:
        connection.execute(check, [this, right])
    assert refused(check, this, right) == refused(go, this) == ("KW495", None)
    assert refused("insert into app.import_lines (organisation_id, import_id, line, cells) values (%s, %s, 9, '{x}')", firm.organisation["harbour"], this) == ("KW495", None)
    as_job(firm, WORK)
    assert refused("update app.imports set state = 'done' where id = %s", this) == ("KW495", None)
    assert refused("update app.imports set mapping = '{}', state = 'applying' where id = %s", this) == ("KW495", None)
    with firm.acting("harbour_admin") as connection:
        connection.execute(stop, [this])
    assert refused(stop, this) == refused(go, this) == ("KW495", None)
    assert stands(firm, this)[0] == "discarded" and this not in [each["import_id"] for each in firm.rows("import_lines")]
    # Nobody gives themselves another's name, and no row an id of a former system.
    assert refused("insert into app.imports (kind, file_name, encoding, delimiter, header, author_name) values ('notes', 'n', 'utf-8', ',', '{a}', 'Me')")[0] == "42501"
    assert refused("update app.support_notes set external_id = 'N-1' where case_id = %s", firm.case["ann"])[0] == "42501"


def test_two_services_do_it_once_and_two_files_follow_each_other(firm):
    """Four calls at once, of two files with the same lines: each line is written once, and the second file finds them here or is told."""
    rows = [ROWS["notes"] | {"external_id": f"N-{number}"} for number in range(200)]
    both = [upload_and_check(firm, "notes", *rows) for _ in range(2)]
    for this in both:
        ask(firm, this)
    barrier = threading.Barrier(4)

    def work():
        barrier.wait(30)
        as_job(firm, WORK)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(stands(firm, this) for this in both) == [("done", 0, 0, 200, 0), ("done", 0, 200, 0, 0)]
    brought = [each["external_id"] for each in firm.rows("support_notes") if each["external_id"]]
    assert len(brought) == len(set(brought)) == 200


def test_killed_in_the_middle_it_happens_later_and_once(firm):
    """Threats 36 and 58: its connection is ended while it waits for somebody's lock: nothing is there; the next call does all of it."""
    this = upload_and_check(firm, "notes", *[ROWS["notes"] | {"external_id": f"N-{number}"} for number in range(50)])
    ask(firm, this)
    notes = firm.rows("support_notes")
    killed = []

    def work():
        try:
            as_job(firm, WORK)
        except psycopg.OperationalError as error:
            killed.append(error)

    with psycopg.connect(firm.conninfo) as holding, psycopg.connect(firm.conninfo, autocommit=True) as watching:
        # The log of what it writes: it has written by then.
        holding.execute("lock table app.audit_payloads in share mode")
        working = threading.Thread(target=work)
        working.start()
        stuck = "select pid from pg_stat_activity where usename = 'keywork_jobs' and datname = %s and wait_event_type = 'Lock'"
        while not (found := watching.execute(stuck, [firm.database]).fetchone()):
            working.join(0.02)
        watching.execute("select pg_terminate_backend(%s, 10000)", found)
        working.join()
    assert killed and stands(firm, this)[0] == "applying" and firm.rows("support_notes") == notes
    as_job(firm, WORK)
    assert stands(firm, this)[:3] == ("done", 0, 50) and len(firm.rows("support_notes")) == len(notes) + 50
    with firm.owner() as owner:
        assert owner.execute("select attempts from vault.import_work where import_id = %s", [this]).fetchone() == (2,)


def test_what_always_fails_is_given_up_and_others_have_their_turn(firm):
    """An import that a rule past the check refuses: tried three times, then failed with a code; the one behind it is done at once."""
    first, second = upload_and_check(firm, "notes", ROWS["notes"]), upload_and_check(firm, "goals", ROWS["goals"])
    with firm.owner() as owner:
        owner.execute("alter table app.support_notes add constraint planted check (external_id is null)")
    ask(firm, first)
    ask(firm, second)
    for attempt in range(1, 5):
        if attempt < 4:
            with pytest.raises(psycopg.errors.CheckViolation):
                as_job(firm, WORK)
        else:
            as_job(firm, WORK)
        assert stands(firm, second)[0] == "done"
        assert stands(firm, first)[0] == ("applying" if attempt < 3 else "failed")
    [row] = [each for each in firm.rows("imports") if each["id"] == first]
    assert row["error"] == "23514" and first not in [each["import_id"] for each in firm.rows("import_lines")]


def test_one_that_ends_the_service_each_time_is_given_up(firm):
    """Begun five times and never come to an end: it has failed, without being begun a sixth time."""
    this = upload(firm, "notes", ROWS["notes"])
    with firm.owner() as owner:
        owner.execute("insert into vault.import_work (import_id, attempts) values (%s, 5)", [this])
    as_job(firm, WORK)
    [row] = [each for each in firm.rows("imports") if each["id"] == this]
    assert (row["state"], row["error"]) == ("failed", "given_up")


def test_what_waits_goes_after_a_week(firm):
    """Whatever step it is at; what is over stays as it was."""
    done, waiting = brought_in(firm, "notes", ROWS["notes"]), upload_and_check(firm, "goals", ROWS["goals"])
    with firm.owner() as owner:
        assert owner.execute("select app.erase_old_imports()").fetchone() == (0,)
        owner.execute("update app.imports set created_at = now() - interval '8 days' where id = any (%s)", [[done, waiting]])
    assert as_job(firm, "select imports from app.erase_old_imports()") == 1
    assert (stands(firm, done)[0], stands(firm, waiting)[0]) == ("done", "expired")
    assert waiting not in [each["import_id"] for each in firm.rows("import_lines")]


#: How imports end, but for being done: (as whom, the statement). Retention is in the canary.
ENDS = {
    "discarded": ("harbour_admin", "select app.discard_import(%(id)s)"), "expired": (None, "update app.imports set created_at = now() - interval '8 days' where id = %(id)s"),
    "refused": (None, "update app.memberships set role = 'property_manager' where user_id = %(user)s"),
    "failed": (None, "insert into vault.import_work (import_id, attempts) values (%(id)s, 5)"),
}  # fmt: skip
WORDS_OF = "select header, mapping from app.imports where id = %s"


@pytest.mark.parametrize("ending", ENDS)
def test_of_an_import_that_is_over_no_word_of_its_file_is_left(firm, ending):
    """A file whose first line is a record, not names: when it is over, nothing of that line is in any row, and the log never had it; file name and numbers stay."""
    row = {"N-1": "N-2", "C-0": "C-0", "shared": "shared", "Nell wept": "Nell laughed", "Jo": "Jo", "soon": "soon"}
    chosen = dict(zip(("external_id", "case", "stream", "body", "author", "created_at"), row, strict=True))
    with firm.acting("harbour_admin") as connection:
        this = stage(connection, firm.organisation["harbour"], "notes", csv_of([row]))
        connection.execute("select app.ask_for_import_check(%s, %s)", [this, Jsonb(chosen)])
    with firm.owner() as owner:
        assert owner.execute(WORDS_OF, [this]).fetchone() == ([*row], chosen)
    persona, statement = ENDS[ending]
    with firm.acting(persona) if persona else firm.owner() as connection:
        connection.execute(statement, {"id": this, "user": firm.user["harbour_admin"]})
    as_job(firm, "select imports from app.erase_old_imports()") if ending == "expired" else as_job(firm, WORK)
    with firm.owner() as owner:
        assert owner.execute("select state, file_name, header, mapping from app.imports where id = %s", [this]).fetchone() == (ending, "notes.csv", [], None)
        said = owner.execute("select p.before::text, p.after::text from app.audit_payloads as p where p.row_id = %s", [this]).fetchall()
        assert len(said) >= 3 and "notes.csv" in str(said) and ending in str(said) and "Nell" not in str(said)
        assert "Nell wept" not in str([firm.rows(table) for table in ("imports", "import_lines", "import_faults", "audit_log", "audit_payloads")])
        with pytest.raises(psycopg.errors.CheckViolation):
            owner.execute("update app.imports set state = 'checked' where id = %s", [this])
        owner.rollback()


def test_which_column_is_which_is_remembered_for_a_while(firm):
    """Of an import that is done, for the next file; not its first line, and after 90 days not that either."""
    this = brought_in(firm, "notes", ROWS["notes"])
    with firm.owner() as owner:
        header, mapping = owner.execute(WORDS_OF, [this]).fetchone()
        assert header == [] and mapping == {field: field for field in ROWS["notes"]}
        owner.execute("update app.imports set state_at = now() - interval '89 days' where id = %s", [this])
    as_job(firm, "select app.erase_old_imports()")
    with firm.owner() as owner:
        assert owner.execute(WORDS_OF, [this]).fetchone() == ([], mapping)
        owner.execute("update app.imports set state_at = now() - interval '91 days' where id = %s", [this])
    as_job(firm, "select app.erase_old_imports()")
    assert stands(firm, this)[0] == "done"
    with firm.owner() as owner:
        assert owner.execute(WORDS_OF, [this]).fetchone() == ([], None)


def test_retention_gives_up_a_file_that_names_what_it_destroys(firm):
    """With the case go the lines that name it, and a first line that does; a file that does not name it stays."""
    with firm.acting("harbour_admin") as connection:
        nameless = stage(connection, firm.organisation["harbour"], "notes", csv_of([{"N-7": "N-8", "C-9": "C-0", "About Dan too": "Other"}]))
    naming = upload(firm, "notes", ROWS["notes"] | {"case": "C-9", "body": "About Dan"}, ROWS["notes"] | {"external_id": "N-2"})
    other = upload(firm, "notes", ROWS["notes"])
    with firm.owner() as owner:
        owner.execute("update app.support_cases set opened_at = '2010-01-01', closed_at = '2011-01-01' where external_id = 'C-9'")
        owner.execute("update app.support_notes set safeguarding_flagged_at = '2010-06-01' where case_id = %s and safeguarding", [firm.case["dan"]])
        owner.execute("""update app.organisations set support_retention_years = '{"case": 1, "safeguarding": 1}'""")
    sweep(firm)
    assert firm.case["dan"] not in [each["id"] for each in firm.rows("support_cases")]
    assert (stands(firm, naming)[0], stands(firm, nameless)[0], stands(firm, other)[0]) == ("expired", "expired", "checking")
    assert {each["import_id"] for each in firm.rows("import_lines")} & {naming, other} == {other}
    assert not any("About Dan" in str(each) for table in ("imports", "import_lines", "audit_payloads") for each in firm.rows(table))


def test_nobody_is_named_by_the_setting_alone(firm):
    """The jobs login that sets app.importing by hand acts as itself: only the transaction that applies an import is its org-admin's."""
    this = brought_in(firm, "notes", ROWS["notes"])
    other = upload(firm, "goals", ROWS["goals"])
    with psycopg.connect(firm.jobs_conninfo) as connection:
        connection.execute("select set_config('app.importing', %s, false)", [str(this)])
        connection.execute("select app.carry_out_import(%s)", [other])
    with firm.owner() as owner:
        assert owner.execute("select actor_id, actor_hat from app.audit_log where row_id = %s order by id desc limit 1", [other]).fetchone() == (None, "job")

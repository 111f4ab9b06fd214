"""In each organisation of the hand-made world a file that was uploaded and checked, with a fault: no job is waiting."""

#: The names of its columns, its only line, and what the check came to.
HEADER, CELLS = ["Note id", "Case"], ["N-1", "C-1"]
CHECKED = {"mapping": '{"external_id": "Note id", "case": "Case"}', "state": "checked", "line_count": 1, "fault_count": 1, "to_add": 0, "already_here": 0, "to_close": 0,
           "due_at_once": 0}


def load(put, ident, organisations) -> None:
    """Writes them; `put` and `ident` are those of tests/world.py."""
    for firm in organisations:
        place = {"organisation_id": ident("organisation", firm)}
        put("app.imports", id=ident("import", firm), kind="notes", file_name=f"{firm}.csv", encoding="utf-8", delimiter=",", header=HEADER, author_name="Somebody", **CHECKED, **place)
        put("app.import_lines", import_id=ident("import", firm), line=2, cells=CELLS, **place)
        put("app.import_faults", import_id=ident("import", firm), line=3, code="cells_few", said="1 of 2", of_reading=True, **place)

"""Benchmarks run, say what they promise to say, and compare like with like. Nothing here asserts a time."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from db.local import postmaster
from tests.bench.report import Figure, print_json

ROOT = Path(__file__).resolve().parent.parent
TINY = ["-m", "tests.bench.rights", "--notes", "2000", "--seconds", "1"]


@pytest.fixture(scope="module")
def figures():
    """What the benchmark of rights prints for a tiny database, as objects."""
    done = subprocess.run([sys.executable, *TINY, "--json"], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_figure_has_the_promised_keys_and_a_name_of_its_own(figures):
    assert all(list(figure) == ["bench", "name", "ratio", "figures", "aim", "ok"] for figure in figures)
    assert {figure["bench"] for figure in figures} == {"rights"}
    assert len({figure["name"] for figure in figures}) == len(figures)
    assert all((figure["aim"] is None) == (figure["ok"] is None) for figure in figures)
    filling = figures[0]["figures"]
    assert filling["notes"] == 2000 and filling["seconds"] > 0 and filling["server_version"]


def test_each_hat_asks_each_question_and_sees_the_rows_of_the_hand_written_where(figures):
    compared = [figure["figures"] for figure in figures if figure["aim"]]
    asked = {(figure["person"], figure["query"]) for figure in compared}
    operators = {"newest cases", "one case's notes", "open cases", "count of notes", "newest notes"}
    collaborators = operators - {"open cases"} | {"caseload"}
    assert asked == {(person, query) for person in ("org-admin", "property manager") for query in operators} | {
        (person, query) for person in ("support worker", "housing officer", "context only") for query in collaborators
    }
    # Nothing equals nothing: the owner found rows, and the hat the same ones.
    assert all(figure["rows"] > 0 and figure["rows_agree"] for figure in compared)
    assert all(figure["owner_buffers"] > 0 and figure["hat_buffers"] > 0 for figure in compared)


def test_helpers_and_whole_transactions_are_told_without_an_aim(figures):
    known = [figure for figure in figures[1:] if not figure["aim"]]
    assert {figure["figures"]["person"] for figure in known if "whole transaction" in figure["name"]} == {
        "org-admin", "property manager", "support worker", "housing officer", "context only"}
    assert {"helper: my_case_ids()", "helper: manager_case_landlord_ids()", "helper: org_admin_case_organisation()"} <= {
        figure["name"] for figure in known}


@pytest.fixture
def temporary_folder():
    """A short path that other accounts may enter: a server started by root runs as another account."""
    with tempfile.TemporaryDirectory(prefix="kw-") as folder:
        os.chmod(folder, 0o711)
        yield Path(folder)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_ended_leaves_no_server_and_no_folder(how, temporary_folder):
    with subprocess.Popen([sys.executable, *TINY, "--seconds", "60"], cwd=ROOT, env=os.environ | {"TMPDIR": str(temporary_folder)},
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as running:
        try:
            told = ""
            for line in running.stderr:
                told += line
                if "Asking as" in line:
                    break
            assert "Asking as" in told, told
            data = next(temporary_folder.glob("keywork-bench-*/data"))
            server = postmaster.live_pid(data)
            assert server
            running.send_signal(how)
            assert running.wait(30) == 128 + how
        finally:
            running.kill()
    assert not list(temporary_folder.iterdir())
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)


def test_the_table_for_people_names_every_hat():
    done = subprocess.run([sys.executable, *TINY], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    for words in ("2,000 notes", "org-admin", "property manager", "support worker", "housing officer", "context only", "µs"):
        assert words in done.stdout
    assert re.search(r"\d+ of 25 aims met\.$", done.stdout.strip())


#: The benchmarks of the record at their smallest, and the figures that they promise.
RECORD = {
    "retention": (["--rounds", "1", "--seconds", "0.1"],
                  {"sweep against a bare DELETE", "sweep with pauses against a bare DELETE", "readers during the sweep"}),
    "audit": (["--rounds", "1", "--seconds", "0.2"],
              {"1 writer, a person's transaction", "8 writers, a person's transaction", "1 writer, the owner's bare INSERT",
               "8 writers, the owner's bare INSERT", "sealing", "verifying"}),
}


@pytest.mark.parametrize("bench", RECORD)
def test_the_record_is_measured_against_what_it_replaces(bench):
    """A sweep that leaves a row behind, or a sealed log that does not verify, ends the run with an error."""
    options, promised = RECORD[bench]
    done = subprocess.run([sys.executable, "-m", f"tests.bench.{bench}", "--notes", "5000", *options, "--json"], cwd=ROOT, capture_output=True,
                          text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    filling, *found = [json.loads(line) for line in done.stdout.splitlines()]
    assert filling["figures"]["notes"] == 5000
    assert {figure["name"] for figure in found} == promised and {figure["bench"] for figure in found} == {bench}
    assert all((figure["aim"] is None) == (figure["ok"] is None) for figure in found)
    assert all(value > 0 for figure in found for value in figure["figures"].values())


def test_digests_are_measured_against_bare_sql_and_objects():
    """Ways that say different things end the run with an error."""
    done = subprocess.run([sys.executable, "-m", "tests.bench.digest", "--officers", "20", "--rounds", "1", "--json"], cwd=ROOT, capture_output=True,
                          text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    filling, *found = [json.loads(line) for line in done.stdout.splitlines()]
    assert filling["figures"]["officers"] == 20
    assert {figure["name"] for figure in found} == {
        "composing against the bare SQL", "objects against composing", "an officer among many against one among few"}
    assert all(figure["aim"] and figure["ok"] is not None and all(value > 0 for value in figure["figures"].values()) for figure in found)


def test_exports_are_measured_against_a_bare_copy():
    """Ways that give different records end the run with an error."""
    done = subprocess.run([sys.executable, "-m", "tests.bench.export", "--notes", "2000", "--rounds", "1", "--json"], cwd=ROOT, capture_output=True,
                          text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    filling, *found = [json.loads(line) for line in done.stdout.splitlines()]
    assert filling["figures"]["notes"] == 2000
    assert {figure["name"] for figure in found} == {
        "the file against the bare copy", "the SQL alone against the bare copy", "a note of many against one of few", "memory for many against few"}
    assert all(figure["ratio"] > 0 and all(value > 0 for value in figure["figures"].values()) for figure in found)


def test_imports_are_measured_against_a_bare_copy():
    """A note that did not come in ends the run with an error."""
    done = subprocess.run([sys.executable, "-m", "tests.bench.import", "--notes", "1000", "--rounds", "1", "--json"], cwd=ROOT, capture_output=True,
                          text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    whole, *steps, memory = [json.loads(line) for line in done.stdout.splitlines()]
    assert whole["name"] == "an import against a bare COPY" and whole["figures"]["notes"] == 1000 and whole["aim"] and whole["ratio"] > 0
    assert [each["name"] for each in steps] == [f"{step} against a bare COPY" for step in ("upload", "check", "import")]
    assert all(value > 0 for each in (whole, *steps) for value in each["figures"].values()) and set(memory["figures"]) == {"upload_mb", "backend_mb"}


def test_two_figures_of_one_name_are_refused():
    with pytest.raises(ValueError):
        print_json([Figure("any", "same", None, {}), Figure("any", "same", None, {})])

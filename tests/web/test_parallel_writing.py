"""40 threads posting notes to 40 cases at once: every note under its own case, stream and author."""

import itertools
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import pytest

from tests.web.visitor import new_id

THREADS = CASES = 40
NOTES_EACH = 4
#: Persona -> the streams they write in.
AUTHORS = {
    "harbour_admin": ("shared", "professional"), "quay_manager": ("professional", "shared"),
    "worker": ("shared",), "both_worker": ("shared",), "gone": ("shared",), "watcher": ("shared",),
    "officer_open": ("shared",), "officer_shut": ("shared",), "small_worker": ("shared",), "two_hats_worker": ("shared",),
}  # fmt: skip


@dataclass(frozen=True)
class Post:
    """One note to be posted."""

    id: str
    case_id: str
    stream: str
    persona: str
    body: str
    #: How often the form is sent: a lost answer makes people send it again.
    times: int


@pytest.fixture(scope="module")
def forty_cases(site):
    """Forty open cases in Harbour's homes at the quay, with every collaborator among AUTHORS on each in full."""
    world = site.world
    with world.owner() as connection:
        tenants = [row[0] for row in connection.execute(
            "insert into app.tenants (property_id, full_name) select %s, 'Parallel ' || n from generate_series(1, %s) as n returning id",
            [world.property["quay_1"], CASES])]
        cases = [row[0] for row in connection.execute(
            "insert into app.support_cases (tenant_id) select unnest(%s::uuid[]) returning id", [tenants])]
        for persona in AUTHORS:
            who = world.personas[persona]
            if who.hat == "collaborator":
                connection.execute(
                    "insert into app.support_collaborators (case_id, user_id, full_name, kind, participation_mode, invited_by_name)"
                    " select unnest(%s::uuid[]), %s, 'x', 'support_worker', 'full', 'x'", [cases, who.user_id])
    return cases


def planned(cases):
    """Which notes each of the threads posts: all of one thread to one case, half of them sent twice."""
    plans = []
    for number, case_id in enumerate(cases):
        persona = list(AUTHORS)[number % len(AUTHORS)]
        streams = itertools.cycle(AUTHORS[persona])
        plans.append([Post(new_id(), str(case_id), next(streams), persona, f"note {number}.{index}", 1 + index % 2) for index in range(NOTES_EACH)])
    return plans


def test_every_note_is_under_its_own_case_stream_and_author(site, forty_cases):
    """Posted at once by ten authors on both streams; half of the forms sent twice, the first answer unread."""
    sessions = {persona: (site.visitor(persona).token(), dict(site.visitor(persona).client.cookies)) for persona in AUTHORS}
    plans = planned(forty_cases)
    together = threading.Barrier(THREADS, timeout=60)

    def work(plan):
        token, cookies = sessions[plan[0].persona]
        side = "/support/cases/" if site.world.personas[plan[0].persona].hat == "collaborator" else "/support-cases/"
        answers = []
        with httpx.Client(base_url=site.address, cookies=cookies, timeout=60, trust_env=False) as client:
            together.wait()
            for post in plan:
                form = {"csrf_token": token, "id": post.id, "body": post.body}
                for _ in range(post.times):
                    answer = client.post(f"{side}{post.case_id}/notes/{post.stream}", data=form)
                    answers.append((post, answer.status_code, answer.headers.get("location", "")))
        return answers

    with ThreadPoolExecutor(THREADS) as pool:
        answers = [answer for one in pool.map(work, plans) for answer in one]

    assert {status for _, status, _ in answers} == {303}
    assert all(location.split("?")[0].endswith(f"{post.case_id}/notes/{post.stream}") for post, _, location in answers)
    posts = [post for plan in plans for post in plan]
    expected = Counter(
        (post.id, post.case_id, post.stream, str(site.world.personas[post.persona].user_id), post.body) for post in posts)
    with site.world.owner() as connection:
        written = Counter(connection.execute(
            "select id::text, case_id::text, stream, author_id::text, body from app.support_notes where case_id = any(%s)",
            [forty_cases]).fetchall())
    assert written == expected
    assert len(posts) == THREADS * NOTES_EACH and len(answers) == len(posts) * 3 // 2


def test_the_same_form_sent_by_ten_threads_at_once_is_one_note(site, forty_cases):
    """A double click, ten times over: each is answered as if it had been the only one."""
    token, cookies = site.visitor("worker").token(), dict(site.visitor("worker").client.cookies)
    form = {"csrf_token": token, "id": new_id(), "body": "clicked ten times"}
    together = threading.Barrier(10, timeout=60)

    def click(_):
        with httpx.Client(base_url=site.address, cookies=cookies, timeout=60, trust_env=False) as client:
            together.wait()
            return client.post(f"/support/cases/{forty_cases[0]}/notes/shared", data=form).status_code

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(click, range(10))) == {303}
    assert site.as_owner("select count(*) from app.support_notes where body = 'clicked ten times'") == [(1,)]

"""What `./run test` runs: every test, then the SQL tests once more on the oldest PostgreSQL there is, where it is here."""

import subprocess
import sys
from pathlib import Path

from tests.servers import OLDEST_SERVER

#: Not about the server that --postgres names: the first three start others, the fourth is about what stands before one; the rest are about
#: processes, HTTP, words and pictures, over statements which other tests send to every server.
ONCE = {"test_run.py", "test_local_server.py", "test_bench.py", "test_pgbouncer.py",
        "test_jobs.py", "test_commands.py", "test_couriers.py", "test_digest_sending.py", "test_digest_sending_cut_off.py", "test_digest_restored.py",
        "test_digest_mail.py", "test_digest_words.py", "test_digest_worlds.py", "test_document_mail.py", "test_upload_check.py", "test_csv_cells.py",
        "test_import_reading.py", "test_subject_held.py", "test_subject_redaction.py"}
#: One more than the two cores that this is to be quick on, for many wait for a process or a browser. In the order they are found, the
#: slow walks in the browser first: by the number of their tests they would come last, alone.
THREE_AT_A_TIME = ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]


def main() -> int:
    """Both runs, even where the first one fails; the exit status of the first that failed."""
    runs = [[]]
    if (OLDEST_SERVER / "postgres").exists():
        files = sorted(str(path) for path in Path(__file__).parent.glob("test_*.py") if path.name not in ONCE)
        runs.append([f"--postgres={OLDEST_SERVER}", "--rest", *files])
    statuses = []
    for arguments in runs:
        print(f"\n{'Every test' if not arguments else f'The SQL tests on {OLDEST_SERVER}'}", flush=True)
        statuses.append(subprocess.call([sys.executable, "-m", "pytest", *THREE_AT_A_TIME, *arguments]))
    return next((status for status in statuses if status), 0)


if __name__ == "__main__":
    sys.exit(main())

"""`./run jobs`: the jobs service, a process of its own without the web server's parts (`python -m jobs [PID_FILE]`)."""

import os
import sys
from pathlib import Path

import psycopg

import log_lines
from config import SettingWrong
from db import serving
from db.addresses import for_libpq
from db.local import ending
from db.versions import InstallError
from jobs import clock
from jobs.couriers import courier_for
from jobs.outbox import Mail


def main(arguments: list[str]) -> int:
    """Run the jobs until told to end, from environment variables alone; returns the exit status.

    Beside the web server of a trial, a file to write our number into tells the next one which process to end if this one is left behind.
    """
    ending.end_in_order_when_told()
    pid_file = Path(arguments[0]) if arguments else None
    if pid_file:
        pid_file.write_text(str(os.getpid()), encoding="utf-8")
    try:
        settings = serving.jobs_settings_from(os.environ)
        serving.check_jobs_database(os.environ)
        log_lines.configure(log_lines.JsonLines())
        mail = Mail(courier_for(settings.resend_key, settings.folder), settings.folder, settings.sent_from, settings.base_url)
        clock.run(for_libpq(os.environ[serving.JOBS_URL]), mail)
    except psycopg.OperationalError as error:
        print("The database cannot be reached:", *str(error).split(), file=sys.stderr)
    except (InstallError, serving.NotFit, SettingWrong) as error:
        print(error, file=sys.stderr)
    finally:
        if pid_file:
            pid_file.unlink(missing_ok=True)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

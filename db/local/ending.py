"""How a process of Keywork's ends when it is told to: in order, once."""

import signal


def end_in_order_when_told() -> None:
    """From now on SIGTERM, SIGINT and SIGHUP are an ordinary exit, so that everything started is stopped in order.

    Called in the main thread. A hang-up that nohup has turned off stays off.
    """
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if each != signal.SIGHUP or signal.getsignal(each) != signal.SIG_IGN:
            signal.signal(each, leave)


def leave(number: int, _frame) -> None:
    """What a signal does then: raises SystemExit; further ones are ignored."""
    for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(0 if number in (signal.SIGINT, signal.SIGTERM) else 128 + number)

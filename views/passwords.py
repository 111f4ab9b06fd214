"""Which passwords will do: long enough and hard to guess. No rules about which signs they are made of."""

from zxcvbn import zxcvbn

#: Characters. Below that, a stolen hash is broken by trying everything.
SHORTEST, LONGEST = 12, 200
#: zxcvbn's estimate of the guesses that somebody needs who knows lists of common passwords, names and words: powers of ten.
GUESSES_LOG10 = 9
#: The longest password that is estimated whole; what comes after only makes it harder. The estimate's work grows with a
#: power of the length: over 72 characters made for it, a processor is busy for seconds.
ESTIMATED = 32

TOO_SHORT = f"Use at least {SHORTEST} characters. Three words that have nothing to do with each other are good and easy to keep."
TOO_LONG = f"Use at most {LONGEST} characters."
TOO_COMMON = "This password is among the first that people try. Choose one that is less common."


def weakness(password: str, full_name: str, email: str) -> str | None:
    """Why a password will not do, in a sentence; None for one that will. The person's own names count as guessed."""
    if len(password) < SHORTEST:
        return TOO_SHORT
    if len(password) > LONGEST:
        return TOO_LONG
    known = [*full_name.split(), *email.replace("@", " ").replace(".", " ").split(), email, "keywork"]
    estimate = zxcvbn(password[:ESTIMATED], user_inputs=known)
    return TOO_COMMON if estimate["guesses_log10"] < GUESSES_LOG10 else None

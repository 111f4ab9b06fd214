"""Addresses of databases as people give them in the environment: checked, and turned into what libpq understands."""

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError


class AddressError(ValueError):
    """An address that names no PostgreSQL database; the text says which variable holds it, and never the address."""


def postgres_url(variable: str, address: str) -> URL:
    """The address that `variable` holds, taken apart. Raises AddressError when it is not a PostgreSQL database's."""
    try:
        url = make_url(address)
        if url.get_backend_name() in ("postgresql", "postgres"):
            # libpq reads some addresses that SQLAlchemy does, and some not: both must.
            conninfo_to_dict(for_libpq(address))
            return url
    except (ArgumentError, ProgrammingError, ValueError) as error:
        raise AddressError(f"{variable} is not an address like postgresql://user:password@host/database.") from error
    raise AddressError(f"{variable} must name a PostgreSQL database.")


def for_libpq(address: str) -> str:
    """The address for psycopg: as it was given, since libpq and SQLAlchemy quote differently, but without a driver's name."""
    return "postgresql" + address[address.index("://"):]

"""How benchmarks tell what they found: a table for people, or one JSON object a line for programs.

Every figure has the same six keys:
  bench    the benchmark's name, as in `./run bench NAME`
  name     what was measured, unique within one run
  ratio    how many times the baseline it costs; null where there is no baseline
  figures  the measurements behind it, by name with their unit (owner_ms, hat_buffers ...)
  aim      the aim in words; null where the figure is there to be known only
  ok       whether the aim is met; null where there is no aim
"""

import argparse
import json
import statistics
import sys
from dataclasses import asdict, dataclass
from typing import Callable, Sequence


@dataclass(frozen=True)
class Figure:
    """One measured thing; the fields are the keys described above."""

    bench: str
    name: str
    ratio: float | None
    figures: dict[str, object]
    aim: str | None = None
    ok: bool | None = None


@dataclass(frozen=True)
class Column:
    """One column of a table for people: its heading, and the cell's text for a figure."""

    heading: str
    cell: Callable[[Figure], str]


def options(description: str) -> argparse.ArgumentParser:
    """A parser for a benchmark's command line that knows --json."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", action="store_true", help="one JSON object for each figure instead of tables")
    return parser


def say(words: str) -> None:
    """Tell the person at the prompt how far it is, on standard error, so that --json stays clean."""
    print(words, file=sys.stderr, flush=True)


def print_json(figures: Sequence[Figure]) -> None:
    """Print one JSON object a line. Raises ValueError when two figures of one run have the same name."""
    if len({figure.name for figure in figures}) != len(figures):
        raise ValueError("two figures have the same name")
    for figure in figures:
        print(json.dumps(asdict(figure), ensure_ascii=False))


def print_table(title: str, columns: Sequence[Column], figures: Sequence[Figure]) -> None:
    """Print the figures as a table; a column whose cells are all numbers stands to the right."""
    rows = [[column.cell(figure) for column in columns] for figure in figures]
    print(f"\n{title}\n")
    formats = []
    for place, column in enumerate(columns):
        cells = [row[place] for row in rows]
        side = ">" if all(cell[:1].isdigit() or cell[:1] in "-" for cell in cells) else "<"
        formats.append(f"{{:{side}{max(map(len, [column.heading, *cells]))}}}")
    for row in [[column.heading for column in columns], *rows]:
        print("  ".join(form.format(cell) for form, cell in zip(formats, row)).rstrip())


def print_figures(title: str, figures: Sequence[Figure]) -> None:
    """Print each figure on a line of its own, with what is behind it and its aim, and how many aims were met."""
    columns = [
        Column("what", lambda figure: figure.name), Column("ratio", lambda figure: number(figure.ratio)),
        Column("figures", lambda figure: ", ".join(f"{name} {value:,}" for name, value in figure.figures.items())),
        Column("aim", lambda figure: figure.aim or ""), Column("", verdict),
    ]  # fmt: skip
    print_table(title, columns, figures)
    print(f"\n{summary(figures)}")


def number(value: float | None, digits: int = 2) -> str:
    """A number as people read it in a table; a dash where there is none."""
    return "-" if value is None else f"{value:,.{digits}f}"


def verdict(figure: Figure) -> str:
    """The last column of a table: whether the aim is met."""
    return {True: "ok", False: "MISSED", None: ""}[figure.ok]


def summary(figures: Sequence[Figure]) -> str:
    """How many aims were met, in a sentence."""
    judged = [figure.ok for figure in figures if figure.ok is not None]
    return f"{sum(judged)} of {len(judged)} aims met."


def median(values: Sequence[float], digits: int = 4) -> float:
    """The median, rounded so that output stays readable. Raises statistics.StatisticsError for no values."""
    return round(statistics.median(values), digits)

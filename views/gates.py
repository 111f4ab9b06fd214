"""What a plan includes, in words: they follow from the feature gates, so that a new feature or plan needs no new sentence."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from db.models_platform import PlanRow
from views.rows import session
from views.words import inside, label, listed, price


def price_list() -> dict[str, PlanRow]:
    """Every plan by its code, in the order of the price list."""
    return {plan.code: plan for plan in session().scalars(select(PlanRow).order_by(PlanRow.position))}


def named(features: Iterable[str]) -> str:
    """'Support cases': the words of features, as a sentence begins with them."""
    first, *others = [label(feature, "feature") for feature in features]
    return listed([first, *map(inside, others)])


def without(features: Iterable[str], fewer: Sequence[str]) -> list[str]:
    """Those of `features` that are not among the `fewer`."""
    return [feature for feature in features if feature not in fewer]


def hidden(lost: Sequence[str], where: str, back: str) -> list[str]:
    """What it means to lose features, `where` ("at Saltmarsh Support") and with the way `back` ("going back to Enterprise")."""
    return [f"{named(lost)} will be hidden from everybody {where} at once.",
            f"Nothing is deleted, retention goes on, and {back} brings everything back."]


def offered(plan: PlanRow, current: PlanRow | None) -> str:
    """A plan as a choice: its price, and what it brings or hides for an organisation on the `current` one."""
    words = f"{plan.name}, {price(plan.monthly_pounds, 'month')}"
    if current is None:
        return words + (f": with {inside(named(plan.features))}" if plan.features else "")
    if plan.code == current.code:
        return words + ": the plan now"
    brings, hides = without(plan.features, current.features), without(current.features, plan.features)
    does = [f"{verb} {inside(named(features))}" for verb, features in (("brings", brings), ("hides", hides)) if features]
    return words + (f": {listed(does)}" if does else "")

"""The page that stands where the organisation's plan leaves a feature out: which plan has it, and what that plan costs."""

from flask import abort

from db.models import FeatureOffer
from db.models_platform import Plan
from views.rows import find, session
from views.screen import Screen
from views.sign_in import signed_in_person
from views.words import label


def upgrade_page(screen: Screen, feature: str):
    """The page for the firm of the acting operator; where no plan has the feature it says that."""
    person = signed_in_person()
    return screen.render_template(
        "upgrade.html", plan=session().get(FeatureOffer, feature), current_plan=find(Plan, person.plan_code),
        organisation_name=person.organisation_name, feature_label=label(feature, "feature"),
    )


def require_support_cases() -> None:
    """404 for a screen of theirs where the plan of the acting operator's firm leaves them out."""
    if not signed_in_person().has_support_cases:
        abort(404)

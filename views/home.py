"""/: leads each person to the first screen of the first hat they have."""

from flask import redirect, url_for
from flask_appbuilder import IndexView, expose

from views.sign_in import signed_in_person

FIRST_SCREENS = {
    "org_admin": "Cases.list",
    "property_manager": "Cases.list",
    "platform_admin": "Organisations.list",
    "collaborator": "Caseload.list",
}


class Home(IndexView):
    @expose("/")
    def index(self):
        """Sends people on; those who have not signed in to the sign-in page."""
        person = signed_in_person()
        return redirect(url_for(FIRST_SCREENS[person.hats[0]] if person else "SignIn.login"))

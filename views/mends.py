"""Flask-AppBuilder's behaviour that we change, all of it here, each with its reason."""

from apispec import APISpec
from flask_appbuilder import AppBuilder
from flask_appbuilder.api import BaseApi, ModelRestApi
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_wtf import FlaskForm
from sqlalchemy import ARRAY, JSON, Uuid
from sqlalchemy.orm import Query

#: Rows that a list counts; beyond it says "1,000+". An exact count of everything costs more than the page.
COUNT_CAP = 1000


class Console(AppBuilder):
    """AppBuilder without the routes that nobody decided on (threat 48)."""

    def _add_admin_views(self) -> None:
        # Stock: also /back, locale, OpenAPI, menu API and the users and roles screens.
        self._indexview = self.add_view_no_menu(self.indexview)
        self.sm.register_views()

    def _add_global_static(self) -> None:
        # Stock: serves Bootstrap, jQuery and select2, none of which our templates use.
        return None


class Rows(SQLAInterface):
    """Rows of one of our models."""

    def get_columns_list(self) -> list[str]:
        """Columns that filters and labels are made for. Stock tries all, and logs a warning for each that it knows no filter for."""
        return [name for name in super().get_columns_list() if not isinstance(self.list_columns[name].type, (ARRAY, JSON, Uuid))]


class CappedRows(Rows):
    """Rows counted up to COUNT_CAP + 1. Stock counts every row, 2 s at a million."""

    def query_count(self, query: Query, filters=None, select_columns=None) -> int:
        """How many rows pass the filters, COUNT_CAP + 1 standing for more than that."""
        return self._apply_inner_all(query, filters, aliases_mapping={}).limit(COUNT_CAP + 1).count()


class NoForm(FlaskForm):
    """Stands where a view has no such form, so that Flask-AppBuilder does not generate one with every related table in it."""


class RestApi(ModelRestApi):
    """Rows of one of our models over HTTP, without what Flask-AppBuilder's generator adds that nobody decided on."""

    #: A bearer token alone: with a cookie, what another site makes a browser send would count, for the API takes no CSRF token.
    allow_browser_login = False
    csrf_exempt = True
    #: Stock has /_info too, which offers every related row.
    include_route_methods = {"get_list", "get"}
    #: Schemas of stock's own questions, which ours are not.
    _apispec_parameter_schemas = {}

    def _init_properties(self) -> None:
        # Stock: every column of the model in every list, form and filter, and filters kept on this object, which all threads share
        # (upstream issue 2366). Here a call makes its own, and what there is to see stands in schemas.
        self.label_columns, self._base_filters = {}, None

    def _init_model_schemas(self) -> None:
        # Stock makes them of the model's columns.
        return None

    def add_apispec_components(self, api_spec: APISpec) -> None:
        """Only the schemas that are named. Stock: four of each model, whether or not anything uses them."""
        BaseApi.add_apispec_components(self, api_spec)

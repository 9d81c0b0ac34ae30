from itertools import product

from ocr_service.api.present import QUALITY_TEXTS
from ocr_service.auth.permissions import ROLE_PERMISSIONS, Permission, permissions_of
from ocr_service.review.categories import category_title
from ocr_service.states import Role
from pipelines.forms.model import DocumentKind, Operation
from pipelines.records import QualityReason


def test_every_role_and_every_permission_is_in_the_table():
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert permissions_of(frozenset(Role)) == set(Permission)


def test_content_is_for_reviewers_only():
    for permission in (Permission.CONTENT_VIEW, Permission.NUMBER_UNMASK, Permission.EXPORT):
        assert [r for r in Role if permission in ROLE_PERMISSIONS[r]] == [Role.REVIEWER]


def test_stations_see_no_list_and_no_content():
    assert ROLE_PERMISSIONS[Role.STATION] == {
        Permission.SESSION,
        Permission.FORM_VIEW,
        Permission.DOCUMENT_STATUS,
        Permission.DOCUMENT_SUBMIT,
    }


def test_nobody_without_a_role_may_do_anything():
    assert permissions_of(frozenset()) == frozenset()


def test_every_category_has_a_japanese_name():
    for operation, kind in product(Operation, DocumentKind):
        label = f"{operation}.{kind}"
        assert category_title(label) != label
    assert category_title("unknown") == "不明"
    assert category_title("something.else") == "something.else"


def test_every_quality_reason_has_a_text_for_stations():
    assert set(QUALITY_TEXTS) == set(QualityReason)

import threading

import pytest
from api_world import OWN_PAGE, START, World, open_world
from sqlalchemy import select

from ocr_service.auth.keys import authenticate_key, create_key, revoke_key
from ocr_service.auth.lockout import LockPolicy
from ocr_service.auth.sessions import check_password, create_sign_in_token
from ocr_service.auth.users import create_user, disable_user, set_password
from ocr_service.states import Role
from ocr_service.storage.database import open_database
from ocr_service.storage.tables import ApiKeyRow, SessionRow, UserRow
from pipelines.errors import CodedError, ErrorCode

PASSWORD = "correct horse battery"
SESSION = "/v1/session"


def add_user(world: World, name="hanako", password: str | None = PASSWORD, roles=(Role.REVIEWER,)):
    with world.database.transaction() as session:
        create_user(session, name=name, display_name="花子", roles=roles, password=password)


def sign_in(world: World, name="hanako", password=PASSWORD, **headers):
    return world.client(**headers).post(SESSION, json={"name": name, "password": password})


def code(answer):
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()["code"]


def test_password_opens_a_session_whose_cookie_is_not_stored(world):
    add_user(world)
    client = world.client(**OWN_PAGE)
    answer = client.post(SESSION, json={"name": "hanako", "password": PASSWORD})
    assert answer.status_code == 201
    assert answer.json()["roles"] == ["reviewer"]
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert "Secure" not in cookie
    value = client.cookies["ocr_session"]
    with world.database.reading() as session:
        stored = session.scalars(select(SessionRow.token_sha256)).all()
    assert value not in stored
    assert client.get(SESSION).json()["name"] == "hanako"


def test_cookie_is_secure_behind_https(sqlite_settings):
    database = open_database(sqlite_settings)
    with open_world(sqlite_settings, database, public_url="https://ocr.example") as world:
        add_user(world)
        assert "Secure" in sign_in(world).headers["set-cookie"]
        own = {"Origin": "https://ocr.example"}
        assert sign_in(world, **own).status_code == 201
    database.dispose()


@pytest.mark.parametrize(
    ("name", "password"), [("hanako", "wrong password"), ("nobody", PASSWORD), ("hanako", "")]
)
def test_wrong_name_or_password_is_one_and_the_same_answer(world, name, password):
    add_user(world)
    answer = sign_in(world, name, password)
    assert answer.status_code == 401
    assert code(answer) == "auth.failed"
    assert "set-cookie" not in answer.headers


def test_failures_lock_and_time_unlocks(each_world):
    add_user(each_world)
    for _ in range(5):
        assert code(sign_in(each_world, password="wrong password")) == "auth.failed"
    locked = sign_in(each_world)
    assert locked.status_code == 429
    assert code(locked) == "auth.locked"
    assert 0 < int(locked.headers["retry-after"]) <= 31
    each_world.clock.advance(seconds=31)
    assert sign_in(each_world).status_code == 201
    assert code(sign_in(each_world, password="wrong password")) == "auth.failed"


def test_guesses_at_the_same_time_are_counted_one_by_one(each_world):
    add_user(each_world)
    found = []

    def guess():
        try:
            found.append(
                check_password(
                    each_world.database, "hanako", "wrong password", policy=LockPolicy(), now=START
                )
            )
        except CodedError as error:
            found.append(error.code)

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found.count(None) == 5
    assert found.count(ErrorCode.AUTH_LOCKED) == 3


def test_a_token_signs_in_once(each_world):
    add_user(each_world, password=None)
    with each_world.database.transaction() as session:
        token = create_sign_in_token(session, "hanako", now=START)
    first = each_world.client().post(SESSION, json={"token": token})
    assert first.status_code == 201
    assert code(each_world.client().post(SESSION, json={"token": token})) == "auth.failed"


def test_a_token_runs_out(world):
    add_user(world, password=None)
    with world.database.transaction() as session:
        token = create_sign_in_token(session, "hanako", now=START)
    world.clock.advance(minutes=31)
    assert code(world.client().post(SESSION, json={"token": token})) == "auth.failed"


def test_people_without_a_password_can_not_use_one(world):
    add_user(world, password=None)
    assert code(sign_in(world, password="")) == "auth.failed"


@pytest.mark.parametrize(
    "body", [{}, {"name": "hanako"}, {"name": "a", "password": "b", "token": "c"}, {"x": 1}]
)
def test_half_a_sign_in_is_a_bad_request(world, body):
    answer = world.client().post(SESSION, json=body)
    assert answer.status_code == 422
    assert code(answer) == "request.invalid"


def test_sessions_end_idle_in_any_case_and_by_signing_out(each_world):
    client = each_world.person("hanako", Role.REVIEWER)
    each_world.clock.advance(minutes=50)
    assert client.get(SESSION).status_code == 200
    each_world.clock.advance(minutes=50)
    assert client.get(SESSION).status_code == 200
    each_world.clock.advance(minutes=61)
    assert code(client.get(SESSION)) == "auth.required"

    other = each_world.person("jiro", Role.REVIEWER)
    for _ in range(12):
        each_world.clock.advance(minutes=50)
        last = other.get(SESSION)
    assert last.status_code == 200 or code(last) == "auth.required"
    each_world.clock.advance(minutes=5)
    assert code(other.get(SESSION)) == "auth.required"

    third = each_world.person("saburo", Role.REVIEWER)
    cookie = third.cookies["ocr_session"]
    assert third.delete(SESSION).status_code == 204
    assert code(each_world.client({"ocr_session": cookie}).get(SESSION)) == "auth.required"


def test_disabling_and_new_passwords_end_sessions_at_once(world):
    client = world.person("hanako", Role.REVIEWER)
    with world.database.transaction() as session:
        set_password(session, "hanako", "a new long password")
    assert code(client.get(SESSION)) == "auth.required"
    assert sign_in(world, password="a new long password").status_code == 201
    with world.database.transaction() as session:
        disable_user(session, "hanako")
    assert code(sign_in(world, password="a new long password")) == "auth.failed"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({"Origin": "http://testserver"}, 204),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://testserver"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_changes_by_cookie_must_come_from_our_own_pages(world, headers, status):
    cookie = world.person("hanako", Role.REVIEWER).cookies["ocr_session"]
    answer = world.client({"ocr_session": cookie}, **headers).delete(SESSION)
    assert answer.status_code == status
    if status == 403:
        assert code(answer) == "auth.origin"


def test_other_sites_can_not_sign_a_browser_in(world):
    add_user(world)
    assert code(sign_in(world, **{"Sec-Fetch-Site": "cross-site"})) == "auth.origin"


def test_keys_are_checked_and_can_be_revoked(each_world):
    with each_world.database.transaction() as session:
        row, key = create_key(session, name="desk", roles=[Role.STATION])
        prefix, secret = row.prefix, key.partition(".")[2]
    with each_world.database.reading() as session:
        assert secret not in session.scalars(select(ApiKeyRow.secret_sha256)).all()
        principal, _ = authenticate_key(session, key, now=START)
    assert (principal.name, principal.is_person) == ("desk", False)
    client = each_world.client(Authorization=f"Bearer {key}")
    assert client.get("/v1/forms").status_code == 200
    for wrong in (f"{prefix}.x", f"x.{secret}", prefix, ".", "", "a" * 500):
        answer = each_world.client(Authorization=f"Bearer {wrong}").get("/v1/forms")
        assert answer.status_code == 401
        assert code(answer) in ("auth.failed", "auth.required")
    with each_world.database.transaction() as session:
        revoke_key(session, prefix)
    assert code(client.get("/v1/forms")) == "auth.failed"


def test_a_key_has_no_session(world):
    assert code(world.key("robot", Role.REVIEWER).get(SESSION)) == "auth.forbidden"


@pytest.mark.parametrize(
    "changes",
    [{"name": "bad name"}, {"name": ""}, {"roles": []}, {"display_name": " "}, {"password": "x"}],
)
def test_bad_people_are_not_made(database, changes):
    good = {"name": "a.b", "display_name": "A", "roles": [Role.ADMIN], "password": PASSWORD}
    with pytest.raises(CodedError) as error, database.transaction() as session:
        create_user(session, **{**good, **changes})
    assert error.value.code == ErrorCode.REQUEST_INVALID


def test_names_are_taken_once_and_unknown_people_are_unknown(database):
    with database.transaction() as session:
        create_user(session, name="hanako", display_name="H", roles=[Role.ADMIN])
        with pytest.raises(CodedError) as taken:
            create_user(session, name="hanako", display_name="H", roles=[Role.ADMIN])
        with pytest.raises(CodedError) as unknown:
            disable_user(session, "jiro")
        with pytest.raises(CodedError) as no_key:
            revoke_key(session, "abc")
        with pytest.raises(CodedError):
            create_key(session, name="", roles=[Role.STATION])
        assert session.scalar(select(UserRow.password_hash)) is None
    assert taken.value.code == ErrorCode.USER_EXISTS
    assert unknown.value.code == ErrorCode.USER_UNKNOWN
    assert no_key.value.code == ErrorCode.KEY_UNKNOWN

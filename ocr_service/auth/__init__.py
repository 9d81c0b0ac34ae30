"""Sign-in, sessions, API keys, roles."""

from ocr_service.auth.keys import authenticate_key, create_key, list_keys, revoke_key, touch_key
from ocr_service.auth.lockout import LockPolicy
from ocr_service.auth.permissions import ROLE_PERMISSIONS, Permission
from ocr_service.auth.principal import Principal
from ocr_service.auth.sessions import (
    SessionLimits,
    check_password,
    close_session,
    create_sign_in_token,
    find_session,
    open_session,
    redeem_token,
    touch_session,
)
from ocr_service.auth.users import create_user, disable_user, list_users, set_password

__all__ = [
    "ROLE_PERMISSIONS",
    "LockPolicy",
    "Permission",
    "Principal",
    "SessionLimits",
    "authenticate_key",
    "check_password",
    "close_session",
    "create_key",
    "create_sign_in_token",
    "create_user",
    "disable_user",
    "find_session",
    "list_keys",
    "list_users",
    "open_session",
    "redeem_token",
    "revoke_key",
    "set_password",
    "touch_key",
    "touch_session",
]

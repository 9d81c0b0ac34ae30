"""Who is asking: a signed-in person or an API key."""

from dataclasses import dataclass
from datetime import datetime

from ocr_service.audit.chain import Actor
from ocr_service.auth.permissions import Permission, permissions_of
from ocr_service.states import Role


@dataclass(frozen=True, kw_only=True, slots=True)
class Principal:
    """Who is asking. `kind` is `user` (by cookie) or `key`; `id` is a user id or key prefix.

    `name` of a key is the station's name. `expires_at` is the end of the session (users only).
    """

    kind: str
    id: str
    name: str
    display_name: str
    roles: frozenset[Role]
    expires_at: datetime | None = None

    @property
    def is_person(self) -> bool:
        """Whether a person is asking: only a person decides."""
        return self.kind == "user"

    @property
    def actor(self) -> Actor:
        """The same as the audit chain names it."""
        return Actor(kind=self.kind, id=self.id)

    @property
    def permissions(self) -> frozenset[Permission]:
        """All that the roles allow."""
        return permissions_of(self.roles)

    def may(self, permission: Permission) -> bool:
        """Whether any of the roles allows it."""
        return permission in self.permissions

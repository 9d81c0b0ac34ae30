"""Ed25519 checkpoints: a signed statement of where the chain stood, kept away from the database.

The chain alone can't show that its newest events were cut off, or that somebody rebuilt all of it;
a checkpoint stored elsewhere can.
"""

import base64
from dataclasses import asdict, dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from ocr_service.audit.chain import GENESIS, as_utc, canonical_json
from ocr_service.clock import utc_now
from ocr_service.storage.tables import AuditRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """The chain at one moment: last `sequence` and its `hash`; `signature` is base64."""

    sequence: int
    hash: str
    at: str
    signature: str = ""


def sign_checkpoint(
    session: Session, key: Ed25519PrivateKey, *, at: datetime | None = None
) -> Checkpoint:
    """Sign where the chain stands now."""
    last = session.execute(
        select(AuditRow.sequence, AuditRow.hash).order_by(AuditRow.sequence.desc()).limit(1)
    ).first()
    moment = as_utc(at or utc_now()).isoformat(timespec="seconds")
    plain = Checkpoint(
        sequence=last.sequence if last else 0, hash=last.hash if last else GENESIS, at=moment
    )
    signature = base64.b64encode(key.sign(_signed_part(plain))).decode()
    return Checkpoint(sequence=plain.sequence, hash=plain.hash, at=plain.at, signature=signature)


def holds(session: Session, checkpoint: Checkpoint, key: Ed25519PublicKey) -> bool:
    """Whether the signature is right and the chain still has that event with that hash."""
    try:
        key.verify(base64.b64decode(checkpoint.signature), _signed_part(checkpoint))
    except (InvalidSignature, ValueError):
        return False
    if checkpoint.sequence == 0:
        return checkpoint.hash == GENESIS
    row = session.get(AuditRow, checkpoint.sequence)
    return row is not None and row.hash == checkpoint.hash


def _signed_part(checkpoint: Checkpoint) -> bytes:
    fields = asdict(checkpoint)
    del fields["signature"]
    return canonical_json(fields)

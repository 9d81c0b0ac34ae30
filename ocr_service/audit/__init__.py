"""Hash-chained record of every change and view."""

from ocr_service.audit.chain import SYSTEM, Actor, ChainReport, Subject, append, verify_chain

__all__ = ["SYSTEM", "Actor", "ChainReport", "Subject", "append", "verify_chain"]

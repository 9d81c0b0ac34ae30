"""Trying the rules of a changed form on documents of the past, before it is switched on."""

from ocr_service.trial.trial import DocumentTrial, RuleCount, Trial, try_rules

__all__ = ["DocumentTrial", "RuleCount", "Trial", "try_rules"]

"""The eras that a form prints beside a date, and what a date may mean when none is chosen."""

from pipelines.forms.model import Era, FieldDefinition, FieldKind
from pipelines.normalise.wareki import normalise_date

ERA_WORDS = {
    Era.MEIJI: "明治",
    Era.TAISHO: "大正",
    Era.SHOWA: "昭和",
    Era.HEISEI: "平成",
    Era.REIWA: "令和",
    Era.WESTERN: "",
}


def possible_days(field: FieldDefinition, text: str) -> tuple[str, ...]:
    """Values that a date without its era may have by the eras that are printed, newest first.

    None of another kind of field, or where the era is written (`text` has it) or goes without
    saying; an era that has no such day (平成33年) gives none.
    """
    if field.kind is not FieldKind.DATE or "era_missing" not in normalise_date(text).problems:
        return ()
    dated = [normalise_date(ERA_WORDS[era.value] + text) for era in field.eras]
    days = [day.value for day in dated if day.value and not day.problems]
    return tuple(sorted(days, reverse=True))

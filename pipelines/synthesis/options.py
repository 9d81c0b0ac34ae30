"""Which options a person in the story would mark."""

import re

import numpy as np

from pipelines.forms.model import MarkGroup, Select
from pipelines.synthesis.person import Person
from pipelines.synthesis.roles import Role, person_of, subject_of
from pipelines.synthesis.story import Story

_WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
_REASONS = {
    "work": 40, "childbirth": 3, "job_seeking": 3, "nursing": 2, "illness": 2, "disaster": 0.1,
    "birth": 0.4, "death": 0.2, "other": 0.3,
}  # fmt: skip
# (pattern over name and label, weight by option value); options not named weigh 1.
_LIKELY: tuple[tuple[str, dict[str, float]], ...] = (
    (r"notifier|visitor|filer|claimant$|届出人|窓口|申請者", {"self": 6, "head": 4, "insured": 6}),
    (r"living|同居", {"together": 12}),
    (r"custody|監護の", {"no": 0.0}),
    (r"livelihood|生計関係", {"same": 12}),
    (r"criminal|処分", {"no": 60}),
    (r"contract$|雇用期間", {"open": 4}),
    (r"employment_type|雇用の形態", {"regular": 6, "part_time": 3}),
    (r"occupation|職業", {"civil_servant": 0.0, "employee": 5}),
    (r"^pension|公的年金", {"employees": 4, "national": 2, "mutual": 0.0, "none": 0.1}),
    (r"reason|理由|事由", _REASONS),
    (r"vehicle_use|^用途", {"business": 0.0}),
    (r"driver", {"self": 4}),
    (r"handbook", {"physical": 5, "war_injured": 0.2}),
    (r"account_type|預金", {"ordinary": 20}),
    (r"care_hours|必要量", {"standard": 4}),
    (r"january", {"same": 6}),
    (r"application_type|申請の", {"new": 3, "renewal": 2, "register": 3}),
    (r"verified|本人確認", {"my_number_card": 5, "licence": 3, "guarantor": 0.4, "inquiry": 0.5}),
    (r"current_care|保育状況", {"home": 8, "other": 0.2}),
    (r"survey_place|調査の場所", {"home": 6, "other": 0.3}),
    (
        r"disab|障害|障がい|welfare|生活保護|posted|単身|short_time|nursery_worker|facility|入所"
        r"|third_party|第三者|sibling|きょうだい|exempt|免除|additional|付加",
        {"no": 12},
    ),
)


def draw_options(group: MarkGroup, story: Story, rng: np.random.Generator) -> tuple[str, ...]:
    """Draw the options marked in a group, in the order of the form; () where none applies."""
    values = [option.value for option in group.options]
    person = person_of(subject_of(group), story)
    certain = _from_story(group, values, person, story)
    if certain is not None:
        return (certain,) if certain else ()
    weights = _weights(group, values)
    if group.select is Select.ONE:
        return (values[int(rng.choice(len(values), p=weights))],)
    if set(_WORKDAYS) <= set(values):
        return _WORKDAYS if rng.random() < 0.8 else _WORKDAYS[: int(rng.integers(3, 5))]
    count = min(int(np.count_nonzero(weights)), 1 + int(rng.random() < 0.3))
    chosen = rng.choice(len(values), size=count, replace=False, p=weights)
    return tuple(values[i] for i in sorted(int(i) for i in chosen))


def _from_story(
    group: MarkGroup, values: list[str], person: Person | None, story: Story
) -> str | None:
    """Pick the option that the story leaves no choice about; "" when none applies."""
    offered = set(values)
    words = f"{group.name} {group.label}"
    spouse = story.family.spouse
    if {"male", "female"} <= offered and person is not None:
        return "male" if person.sex == "m" else "female"
    if {"father", "mother"} <= offered and person is not None:
        return "father" if person.sex == "m" else "mother"
    if {"yes", "no"} <= offered:
        if re.search(r"single_parent|ひとり親", words):
            return "no" if spouse else "yes"
        if re.search(r"^spouse$|married|配偶者の有無", words):
            return "yes" if spouse else "no"
        if re.search(r"^relatives|親族.*有無$", words) and subject_of(group).role is Role.APPLICANT:
            return "yes" if spouse else "no"
    if {"planned", "done"} <= offered:
        return _leave(words, person, story)
    if {"home", "mobile"} <= offered:
        return "mobile" if story.mobile else "home"
    if {"bank", "shinkin"} <= offered:
        return "shinkin" if "信用金庫" in story.bank else "bank"
    return None


def _leave(words: str, person: Person | None, story: Story) -> str | None:
    """Tell whether leave for the youngest child is planned, running or over on the day."""
    if not re.search(r"matern|childcare|return|産前|育児|復職", words):
        return None
    children = story.family.children
    if not children or person is None or person.sex != "f":
        return ""
    days = (story.on - children[-1].birth).days
    if days > 700:
        return ""
    if re.search(r"return|復職", words):
        return "done" if days > 366 else "planned"
    start, end = (-41, 56) if re.search(r"matern|産前", words) else (57, 365)
    return "planned" if days < start else "current" if days <= end else "done"


def _weights(group: MarkGroup, values: list[str]) -> np.ndarray:
    words = f"{group.name} {group.label}"
    likely = next((w for pattern, w in _LIKELY if re.search(pattern, words)), {})
    weights = np.array([likely.get(value, 1.0) for value in values])
    if weights.sum() <= 0:
        weights = np.ones(len(values))
    return np.asarray(weights / weights.sum())

"""Whom a field is about: read from its name, its label and its section."""

import re
from dataclasses import dataclass
from enum import StrEnum

from pipelines.forms.model import FieldDefinition, MarkGroup, SealDefinition
from pipelines.synthesis.person import Address, Person
from pipelines.synthesis.story import Story

Item = FieldDefinition | MarkGroup | SealDefinition


class Role(StrEnum):
    """Part that a person, or an organisation, plays on a form."""

    APPLICANT = "applicant"
    CHILD = "child"
    SPOUSE = "spouse"
    FATHER = "father"
    MOTHER = "mother"
    DEPENDENT = "dependent"
    MEMBER = "member"
    HEAD = "head"
    INSURED = "insured"
    AGENT = "agent"
    DOCTOR = "doctor"
    EMPLOYER = "employer"


_BY_NAME = (
    (r"agent|proxy|delegate", Role.AGENT),
    (r"doctor|physician|hospital|clinic|medical_institution", Role.DOCTOR),
    (r"employer|company|workplace|office|representative|clerk|certifier|issuer", Role.EMPLOYER),
    (r"dependents?_?\d*", Role.DEPENDENT),
    (r"spouse|partner", Role.SPOUSE),
    (r"father", Role.FATHER),
    (r"mother", Role.MOTHER),
    (r"child|children|infant|sibling", Role.CHILD),
    (r"member|family|mover|person\d|row\d", Role.MEMBER),
    (r"head", Role.HEAD),
    (r"insured|patient|subject", Role.INSURED),
    (r"applicant|declarant|claimant|notifier|submitter|guardian|filer", Role.APPLICANT),
)
_BY_LABEL = (
    (r"代理|代行", Role.AGENT),
    (r"主治医|医師|医療機関", Role.DOCTOR),
    (r"事業所|勤務先|事業者|法人|雇用主|会社|証明者|担当者", Role.EMPLOYER),
    (r"扶養", Role.DEPENDENT),
    (r"配偶者", Role.SPOUSE),
    (r"父", Role.FATHER),
    (r"母", Role.MOTHER),
    (r"児童|子ども|お子|きょうだい|兄弟", Role.CHILD),
    (r"世帯員|家族|異動する|異動者|同居", Role.MEMBER),
    (r"世帯主", Role.HEAD),
    (r"被保険者|本人", Role.INSURED),
    (r"申請者|届出人|請求者|申告者|保護者", Role.APPLICANT),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """Role and, in tables, which of them (from 0)."""

    role: Role
    index: int = 0


def subject_of(item: Item) -> Subject:
    """Whom the item is about; the applicant where nothing says otherwise."""
    index = max(0, (getattr(item, "row", None) or 1) - 1)
    words = item.name.replace("_", " ")
    numbered = re.search(r"([a-z])_?(\d)(?=_|$)", item.name)
    if getattr(item, "row", None) is None and numbered:
        index = max(0, int(numbered[2]) - 1)
    for pattern, role in _BY_NAME:
        if re.search(rf"\b(?:{pattern})\d*\b", words):
            return Subject(role=role, index=index)
    for text in (item.label, item.section):
        for pattern, role in _BY_LABEL:
            if re.search(pattern, text):
                return Subject(role=role, index=index)
    return Subject(role=Role.APPLICANT, index=index)


def person_of(subject: Subject, story: Story) -> Person | None:
    """Find the person a subject stands for; None when the story has no such person."""
    family = story.family
    many = {
        Role.CHILD: family.children[::-1],
        Role.DEPENDENT: (*family.children, family.elder),
        Role.MEMBER: family.members,
    }
    if subject.role in many:
        people = many[subject.role]
        return people[subject.index] if subject.index < len(people) else None
    parents = {p.sex: p for p in (family.head, family.spouse) if p is not None}
    single = {
        Role.APPLICANT: family.head,
        Role.HEAD: family.head,
        Role.SPOUSE: family.spouse,
        Role.FATHER: parents.get("m"),
        Role.MOTHER: parents.get("f"),
        Role.INSURED: story.insured,
        Role.AGENT: story.agent,
        Role.DOCTOR: story.doctor,
        Role.EMPLOYER: story.employer.president,
    }
    return single.get(subject.role)


def address_of(item: Item, subject: Subject, story: Story) -> Address:
    """Where the subject lives or sits; former and registered places by the words of the label."""
    words = f"{item.name} {item.label}"
    if re.search(r"previous|former|old_|前住所|旧住所|転出|従前|転入前|今まで", words):
        return story.previous
    if re.search(r"registered_domicile|honseki|domicile|本籍", words):
        return story.registered
    return {
        Role.AGENT: story.agent_address,
        Role.DOCTOR: story.hospital_address,
        Role.EMPLOYER: story.employer.address,
    }.get(subject.role, story.address)

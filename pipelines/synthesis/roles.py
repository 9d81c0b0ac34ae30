"""Whom a field is about: read from its name, its label and its section."""

import re
from dataclasses import dataclass
from enum import StrEnum

from pipelines.forms.model import FieldDefinition, MarkGroup, SealDefinition
from pipelines.synthesis.person import Address, Person, years_old
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
    RELATIVE = "relative"
    MEMBER = "member"
    HEAD = "head"
    INSURED = "insured"
    AGENT = "agent"
    DOCTOR = "doctor"
    EMPLOYER = "employer"


_BY_NAME = (
    (r"agent|proxy|delegate", Role.AGENT),
    (r"relative", Role.RELATIVE),
    (r"doctor|physician|hospital|clinic|medical_institution", Role.DOCTOR),
    (r"employer|company|workplace|office|representative|clerk|certifier|issuer", Role.EMPLOYER),
    (r"dependents?", Role.DEPENDENT),
    (r"guardian2|g2", Role.SPOUSE),
    (r"guardian1|g1", Role.APPLICANT),
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
    """Role and, where several are `listed` by number, which of them (from 0)."""

    role: Role
    index: int = 0
    listed: bool = False


def subject_of(item: Item) -> Subject:
    """Whom the item is about; the applicant where nothing says otherwise."""
    row = getattr(item, "row", None)
    numbered = re.search(r"[a-z]_?(\d)(?=_|$)", item.name)
    number = row or (int(numbered[1]) if numbered else None)
    index, listed = max(0, (number or 1) - 1), number is not None
    words = item.name.replace("_", " ")
    if isinstance(item, MarkGroup) and re.search(r"(配偶者|親族.*)の?有無", item.label):
        # Whether there is one is said by the applicant.
        return Subject(role=Role.APPLICANT)
    for pattern, role in _BY_NAME:
        if re.search(rf"\b(?:{pattern})\d*\b", words):
            return Subject(role=role, index=index, listed=listed)
    for text in (item.label, item.section):
        for pattern, role in _BY_LABEL:
            if re.search(pattern, text):
                return Subject(role=role, index=index, listed=listed)
    return Subject(role=Role.APPLICANT, index=index, listed=listed)


def leader_of(name: str, names: frozenset[str]) -> str | None:
    """Find the field that `name` goes with and is nothing without: kana with its name, and so on.

    `old_postal_code` goes with `old_address`, `member_kana` with `member_name`, `x_phone` with `x`.
    """
    stem = re.sub(r"_?(kana|postal_code|until|relation|birth|my_number|occupation)$", "", name)
    prefix = f"{stem}_" if stem else ""
    endings = {"postal_code": ("address",), "until": ("from",)}
    ending = name[len(prefix) :] if stem != name else ""
    for candidate in (*endings.get(ending, ("name",)), ""):
        leader = (prefix + candidate).rstrip("_")
        if ending and leader != name and leader in names:
            return leader
    parts = name.split("_")
    heads = ("_".join(parts[:i]) for i in range(len(parts) - 1, 0, -1))
    return next((head for head in heads if head in names), None)


def person_of(subject: Subject, story: Story) -> Person | None:
    """Find the person a subject stands for; None when the story has no such person."""
    family = story.family
    many = {
        # A form about one child is about the youngest; lists begin with the eldest.
        Role.CHILD: family.children if subject.listed else family.children[::-1],
        Role.RELATIVE: family.members[1:],
        # Children below 16 give no deduction and are not listed.
        Role.DEPENDENT: (
            family.elder,
            *(child for child in family.children if years_old(child.birth, story.on) >= 17),
        ),
        Role.MEMBER: story.members,
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

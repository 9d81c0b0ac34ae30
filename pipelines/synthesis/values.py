"""One value for one field: what a person in the story would write there."""

import re
from collections.abc import Callable

import numpy as np

from pipelines.forms.model import DatePart, FieldDefinition, FieldKind
from pipelines.synthesis.days import draw_day
from pipelines.synthesis.filling import Written, write_date, write_split
from pipelines.synthesis.person import (
    Person,
    draw_corporate_number,
    draw_landline,
    draw_my_number,
    years_old,
)
from pipelines.synthesis.roles import Role, Subject, address_of, person_of
from pipelines.synthesis.story import Organisation, Story
from pipelines.synthesis.words import free_text, short_number

_ORGANISATION = re.compile(
    r"名称|事業所名|会社名|勤務先名?$|法人名|事業者名|屋号|employer$|company$"
)


def draw_value(
    field: FieldDefinition, subject: Subject, story: Story, rng: np.random.Generator, room: int
) -> Written | None:
    """Draw what stands in `field`, or None when the story has nothing for it.

    `room` is about how many full-width characters fit.
    """
    person = person_of(subject, story)
    if person is None:
        return None
    return _DRAW[field.kind](field, subject, person, story, rng, room)


def _name(
    field: FieldDefinition,
    subject: Subject,
    person: Person,
    story: Story,
    rng: np.random.Generator,
    room: int,
) -> Written:
    organisation = _organisation(field, story)
    if organisation is not None and _ORGANISATION.search(field.label):
        return _plain(organisation.name)
    if subject.role is Role.EMPLOYER and "担当" in field.label:
        person = story.employer.clerk
    if story.foreign and subject.role is Role.APPLICANT:
        return _plain(_foreign_name(f"{field.name} {field.label}", story))
    kana = field.kind is FieldKind.KANA_NAME
    surname = person.surname_kana if kana else person.surname
    given = person.given_kana if kana else person.given
    words = f"{field.name} {field.label} {field.lexicon or ''}"
    if re.search(r"surname|last_name|family_name|（氏）|（姓）|姓$", words):
        return _plain(surname)
    if re.search(r"given|first_name|（名）|名のみ", words):
        return _plain(given)
    if field.cells > 1:
        # In a comb one cell is left free between the names where there is room for it.
        wide = f"{surname} {given}"
        return _plain(wide if len(wide) <= field.cells else (surname + given)[: field.cells])
    return _plain(f"{surname}{' ' if story.spaced else ''}{given}")


def _foreign_name(words: str, story: Story) -> str:
    foreigner = story.foreigner
    if re.search(r"family|surname|（姓）", words):
        return foreigner.surname
    if re.search(r"given|（名）", words):
        return foreigner.given
    return f"{foreigner.surname} {foreigner.given}"


def _address(
    field: FieldDefinition,
    subject: Subject,
    person: Person,
    story: Story,
    rng: np.random.Generator,
    room: int,
) -> Written:
    address = address_of(field, subject, story)
    words = f"{field.name} {field.label}"
    if re.search(r"building|方書|建物|アパート", words):
        return _plain(address.building or "コーポ千住101")
    if re.search(r"town$|町名", words):
        return _plain(re.sub(r"[0-9０-９].*$", "", address.rest))
    if "印刷" in field.hint and address.city in field.hint:
        # City or ward stands on the form already.
        return _plain(address.rest + (f" {address.building}" if address.building else ""))
    if re.search(r"本国|home_town|home_country", words):
        return _plain(story.foreigner.home_town)
    base = address.full if rng.random() < 0.4 and len(address.full) <= room else address.short
    if address.building and field.lines > 1:
        return _plain(f"{base}\n{address.building}")
    if address.building and len(base) + len(address.building) < room * 0.9:
        return _plain(f"{base} {address.building}")
    return _plain(base)


def _date(
    field: FieldDefinition,
    subject: Subject,
    person: Person,
    story: Story,
    rng: np.random.Generator,
    room: int,
) -> Written:
    return write_date(field, draw_day(field, person, story, rng), style=float(rng.random()))


def _postal(
    field: FieldDefinition,
    subject: Subject,
    person: Person,
    story: Story,
    rng: np.random.Generator,
    room: int,
) -> Written:
    code = address_of(field, subject, story).postal_code
    return write_split(field, code, code if field.cells > 1 else f"{code[:3]}-{code[3:]}")


def _phone(
    field: FieldDefinition,
    subject: Subject,
    person: Person,
    story: Story,
    rng: np.random.Generator,
    room: int,
) -> Written:
    words = f"{field.name} {field.label}"
    if subject.role is Role.EMPLOYER or re.search(r"勤務先|work|office", words):
        number = story.employer.phone
    elif subject.role is Role.DOCTOR:
        number = draw_landline(rng)
    elif re.search(r"home_phone|自宅", words):
        number = story.phone
    elif re.search(r"mobile|携帯|日中|緊急", words) or story.mobile:
        number = person.mobile
    else:
        number = story.phone
    if field.cells > 1:
        return _plain(number.replace("-", "")[: field.cells])
    return write_split(field, number, number)


def _time(
    field: FieldDefinition,
    subject: Subject,
    person: Person,
    story: Story,
    rng: np.random.Generator,
    room: int,
) -> Written:
    late = re.search(r"end|to$|until|finish|close|終|まで|退|至", f"{field.name} {field.label}")
    hour = int(rng.integers(16, 19)) if late else int(rng.integers(8, 10))
    minute = int(rng.choice([0, 0, 15, 30, 45]))
    value = f"{hour:02d}:{minute:02d}"
    if field.parts:
        shown = {DatePart.HOUR: str(hour), DatePart.MINUTE: f"{minute:02d}"}
        kinds = {part.part for part in field.parts}
        parts = {part: text for part, text in shown.items() if part in kinds}
        return Written(value=value, text=f"{hour}:{minute:02d}", parts=parts)
    return Written(
        value=value, text=f"{hour}:{minute:02d}" if field.cells == 1 else f"{hour:02d}{minute:02d}"
    )


def _digits(
    field: FieldDefinition,
    subject: Subject,
    person: Person,
    story: Story,
    rng: np.random.Generator,
    room: int,
) -> Written:
    words = f"{field.name} {field.label}"
    if re.search(r"\bage\b|_age\b|年齢", words):
        return _plain(str(years_old(person.birth, story.on)))
    return _plain(short_number(field, story, rng))


def _amount(
    field: FieldDefinition,
    subject: Subject,
    person: Person,
    story: Story,
    rng: np.random.Generator,
    room: int,
) -> Written:
    return write_amount(field, draw_amount(field, rng), rng)


def draw_amount(field: FieldDefinition, rng: np.random.Generator) -> int:
    """Yen that suit the label: wages in millions, premiums in ten thousands."""
    words = f"{field.name} {field.label}"
    if re.search(r"減免|軽自動車", words):
        return int(rng.choice([2000, 2400, 3600, 3900, 5000, 6000, 6900, 7200, 10800, 12900]))
    ranges = (
        (r"一部負担|copay|care\d_paid", (8, 60), 1000),
        (r"insurance|保険料|premium", (12, 68), 1000),
        (r"medical|医療費", (40, 160), 1000),
        (r"monthly|月額|月収|賃金|wage", (150, 420), 1000),
        (r"tax|税額", (40, 120), 100),
        (r"revenue|収入|sales|売上|salary|給与|pension|年金", (1800, 6900), 1000),
        (r"income|所得", (300, 1500), 1000),
    )
    for pattern, (low, high), unit in ranges:
        if re.search(pattern, words):
            amount = int(rng.integers(low, high)) * unit
            return amount + (int(rng.integers(0, 1000)) if rng.random() < 0.4 else 0)
    return int(rng.integers(5, 90)) * 1000


def write_amount(field: FieldDefinition, amount: int, rng: np.random.Generator) -> Written:
    """Write an amount: plain in cells, mostly with commas elsewhere."""
    value = str(amount)
    if field.cells > 1:
        return Written(value=value, text=value)
    return Written(value=value, text=f"{amount:,}" if rng.random() < 0.8 else value)


def _my_number(
    field: FieldDefinition,
    subject: Subject,
    person: Person,
    story: Story,
    rng: np.random.Generator,
    room: int,
) -> Written:
    number = person.my_number or draw_my_number(rng)
    if field.cells > 1 or rng.random() < 0.5:
        return Written(value=number, text=number)
    return Written(value=number, text=f"{number[:4]} {number[4:8]} {number[8:]}")


def _corporate_number(
    field: FieldDefinition,
    subject: Subject,
    person: Person,
    story: Story,
    rng: np.random.Generator,
    room: int,
) -> Written:
    organisation = _organisation(field, story)
    return _plain(organisation.corporate_number if organisation else draw_corporate_number(rng))


def _text(
    field: FieldDefinition,
    subject: Subject,
    person: Person,
    story: Story,
    rng: np.random.Generator,
    room: int,
) -> Written | None:
    text = free_text(field, subject, person, story, rng, room)
    return _plain(text) if text else None


def _organisation(field: FieldDefinition, story: Story) -> Organisation | None:
    words = f"{field.name} {field.label} {field.section}"
    if not re.search(
        r"employer|company|office|workplace|corporat|事業|勤務先|会社|法人|雇用", words
    ):
        return None
    return story.other_employer if re.search(r"mother|母|spouse|配偶者", words) else story.employer


def _plain(text: str) -> Written:
    return Written(value=text.replace("\n", " "), text=text)


_Draw = Callable[
    [FieldDefinition, Subject, Person, Story, np.random.Generator, int], Written | None
]
_DRAW: dict[FieldKind, _Draw] = {
    FieldKind.KANJI_NAME: _name,
    FieldKind.KANA_NAME: _name,
    FieldKind.ADDRESS: _address,
    FieldKind.POSTAL_CODE: _postal,
    FieldKind.PHONE: _phone,
    FieldKind.DATE: _date,
    FieldKind.TIME: _time,
    FieldKind.DIGITS: _digits,
    FieldKind.AMOUNT: _amount,
    FieldKind.MY_NUMBER: _my_number,
    FieldKind.CORPORATE_NUMBER: _corporate_number,
    FieldKind.ALPHANUMERIC: _text,
    FieldKind.KATAKANA: _text,
    FieldKind.TEXT: _text,
    FieldKind.MULTI_LINE: _text,
}

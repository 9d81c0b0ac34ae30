"""Rules about single people and about a family: births, ages, relations, the same person twice."""

import re
from collections.abc import Iterator
from itertools import combinations

from pipelines.forms.roles import Person, PersonPart, Thing
from pipelines.forms.rule_ids import SharedRule
from pipelines.rules.names import bare_name, surname_of
from pipelines.rules.paper import Entry, Hit, Individual, Paper, hit, years

_OLDEST = 115
_YOUNGEST_PARENT = 13
_OLDEST_PARENT = 70
_AGE_SLACK = 1
"""Years by which a stated age may differ: some write the age they will have."""
_PARENTS = (Person.FATHER, Person.MOTHER, Person.APPLICANT, Person.SPOUSE)
_ONE_FAMILY = (Person.APPLICANT, Person.SPOUSE, Person.FATHER, Person.MOTHER, Person.CHILD)
_SEXES = {"male": "male", "female": "female", "男": "male", "女": "female"}
_MALE = re.compile(r"(夫|父|兄|弟|男|息子)$")
_FEMALE = re.compile(r"(妻|母|姉|妹|女|娘)$")


def births(paper: Paper) -> Iterator[Hit]:
    """Births too long ago, or after the day on which the paper was handed in."""
    filing = paper.thing(Thing.FILING_DATE)
    for individual in paper.people():
        entry, birth = individual.get(PersonPart.BIRTH_DATE), individual.day()
        if entry is None or birth is None:
            continue
        if years(birth, paper.filed) > _OLDEST:
            yield hit(SharedRule.LIFESPAN, entry)
        if filing is not None and filing.day is not None and birth > filing.day:
            yield hit(SharedRule.BORN_AFTER_FILING, entry, filing)


def stated_ages(paper: Paper) -> Iterator[Hit]:
    """Ages that differ from the birth date by more than a year."""
    for individual in paper.people():
        stated, birth = individual.get(PersonPart.AGE), individual.get(PersonPart.BIRTH_DATE)
        day = individual.day()
        if stated is None or birth is None or day is None or not stated.value.isdigit():
            continue
        age = years(day, paper.filed)
        if abs(int(stated.value) - age) > _AGE_SLACK:
            yield hit(SharedRule.STATED_AGE, stated, birth, age=str(age))


def parents(paper: Paper) -> Iterator[Hit]:
    """Children older than a parent, and parents too young or too old at the birth."""
    for child in paper.people(Person.CHILD):
        own, birth = child.get(PersonPart.BIRTH_DATE), child.day()
        for parent in paper.people(*_PARENTS):
            other, before = parent.get(PersonPart.BIRTH_DATE), parent.day()
            if own is None or birth is None or other is None or before is None:
                continue
            age = years(before, birth)
            if birth <= before:
                yield hit(SharedRule.CHILD_FIRST, own, other)
            elif not _YOUNGEST_PARENT <= age <= _OLDEST_PARENT:
                yield hit(SharedRule.PARENT_AGE, own, other, age=str(age))


def relations(paper: Paper) -> Iterator[Hit]:
    """Relations that do not fit the sex, or the ages of the two."""
    anchor = _anchor(paper)
    for individual in paper.people():
        relation, sex = individual.get(PersonPart.RELATION), individual.get(PersonPart.SEX)
        if relation is None:
            continue
        wanted = _sex_of(_word(relation.value))
        given = _SEXES.get(sex.value) if sex is not None else None
        if sex is not None and wanted and given and wanted != given:
            yield hit(SharedRule.RELATION_SEX, relation, sex, relation=relation.value)
        # Children are compared with both parents, more exactly.
        if anchor is not None and anchor != individual and individual.person is not Person.CHILD:
            yield from _relation_age(relation, individual, anchor, paper)


def _relation_age(
    relation: Entry, individual: Individual, anchor: Individual, paper: Paper
) -> Iterator[Hit]:
    own, birth = individual.get(PersonPart.BIRTH_DATE), individual.day()
    other, anchored = anchor.get(PersonPart.BIRTH_DATE), anchor.day()
    if own is None or birth is None:
        return
    word = _word(relation.value)
    if word in ("夫", "妻", "配偶者"):
        if years(birth, paper.filed) < 18:
            yield hit(SharedRule.RELATION_AGE, relation, own, relation=relation.value)
    elif other is not None and anchored is not None:
        least = _least_gap(word)
        younger = years(anchored, birth) if birth > anchored else -years(birth, anchored)
        if least is not None and (younger < least if least >= 0 else younger > least):
            yield hit(SharedRule.RELATION_AGE, relation, own, other, relation=relation.value)


def _least_gap(word: str) -> int | None:
    """Years by which somebody of this relation is at least younger; negative: older."""
    if re.fullmatch(r"子|(長|次|一|二|三|四|五|六)[男女]", word):
        return _YOUNGEST_PARENT
    return {
        "孫": 2 * _YOUNGEST_PARENT,
        "養子": 0,
        "父": -_YOUNGEST_PARENT,
        "母": -_YOUNGEST_PARENT,
        "祖父": -2 * _YOUNGEST_PARENT,
        "祖母": -2 * _YOUNGEST_PARENT,
    }.get(word)


def same_person(paper: Paper) -> Iterator[Hit]:
    """Find the same person in two rows of a table, or in two parts (applicant and spouse)."""
    tables = [paper.people(person) for person in (Person.MEMBER, Person.DEPENDENT)]
    for group in (*tables, paper.people(*_ONE_FAMILY)):
        for first, second in combinations(group, 2):
            one, two = first.get(PersonPart.NAME), second.get(PersonPart.NAME)
            if one is None or two is None or bare_name(one.value) != bare_name(two.value):
                continue
            if first.day() is None or second.day() is None or first.day() == second.day():
                yield hit(SharedRule.SAME_PERSON, two, one)


def same_number(paper: Paper) -> Iterator[Hit]:
    """One 個人番号 for two people of different names."""
    for first, second in combinations(paper.people(), 2):
        one, two = first.get(PersonPart.MY_NUMBER), second.get(PersonPart.MY_NUMBER)
        name, other = first.get(PersonPart.NAME), second.get(PersonPart.NAME)
        if one is None or two is None or name is None or other is None:
            continue
        if one.value == two.value and bare_name(name.value) != bare_name(other.value):
            yield hit(SharedRule.SAME_NUMBER, two, one)


def surnames(paper: Paper) -> Iterator[Hit]:
    """Children whose surname is neither parent's: quite possible, so no more than a remark."""
    known = [p.get(PersonPart.NAME) for p in paper.people(*_PARENTS)]
    written = [
        item
        for item in paper.form.fields
        if item.role in {f"{person}.name" for person in _PARENTS} and item.name in paper.written
    ]
    family = {surname_of(entry.value) for entry in known if entry is not None}
    if not family or None in family or len(written) != len([k for k in known if k is not None]):
        return
    for child in paper.people(Person.CHILD):
        name = child.get(PersonPart.NAME)
        surname = surname_of(name.value) if name is not None else None
        if name is not None and surname is not None and surname not in family:
            yield hit(SharedRule.SURNAME, name)


def _anchor(paper: Paper) -> Individual | None:
    """Whom relations are told to: the head, the applicant, or the member who is 世帯主 or 本人."""
    for person in (Person.HEAD, Person.APPLICANT):
        found = paper.person(person)
        if found is not None and found.day() is not None:
            return found
    for member in paper.people(Person.MEMBER):
        relation = member.get(PersonPart.RELATION)
        if relation is not None and _word(relation.value) in ("世帯主", "本人"):
            return member
    return None


def _word(relation: str) -> str:
    """Give a relation without what stands in brackets: 妻（未届） is 妻."""
    return re.sub(r"[（(].*$", "", bare_name(relation))


def _sex_of(word: str) -> str | None:
    if "父母" in word:
        return None
    if _MALE.search(word):
        return "male"
    return "female" if _FEMALE.search(word) else None

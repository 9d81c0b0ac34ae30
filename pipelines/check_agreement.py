"""Plausibility of values against each other, whatever form they stand on.

Only clear contradictions between values that were surely read are told: an address is often
incomplete, and a name may be read in ways that no list knows.
"""

from collections.abc import Iterator, Mapping

from pipelines.forms.model import FieldDefinition, FieldKind, FormDefinition
from pipelines.forms.rule_ids import SharedRule
from pipelines.records import Field, FieldState, Finding
from pipelines.reference.names import reading_contradicts
from pipelines.reference.postal import (
    Place,
    business_code,
    cities,
    find_places,
    fold_place,
    towns,
)
from pipelines.rules.catalogue import make_finding

_AFTER_TOWN = frozenset("0123456789-番号丁ノ")
"""What follows the name of a town that stands complete: a number, or nothing."""


def agreement_findings(by_name: Mapping[str, Field], form: FormDefinition) -> Iterator[Finding]:
    """Find postal codes that nobody has or that belong elsewhere, and kana of another name.

    A postal code is compared with the next address of its section, kana with the name beside it.
    """
    for code, address in _pairs(form, FieldKind.POSTAL_CODE, FieldKind.ADDRESS):
        yield from _postal_findings(by_name, code, address)
    for kana, kanji in _named_pairs(form):
        yield from _kana_findings(by_name, kana, kanji)


def contradicting_place(code: str, address: str) -> str | None:
    """Name what the code stands for when `address` clearly names another place, else None.

    `code` is 7 digits. An address may leave out prefecture and city; nothing is said about one
    whose town is unknown or may be cut short.
    """
    places = find_places(code)
    if not places:
        return None
    rest, folded = fold_place(address), [fold_place(p.prefecture) for p in places]
    prefecture = next((name for name in cities() if rest.startswith(name)), None)
    if prefecture is not None:
        if prefecture not in folded:
            return _words(places[0])
        rest = rest.removeprefix(prefecture)
    found = [_town_of(place, rest) for place in places]
    if all(found) and not any(_covers(code, place, rest) for place in places):
        return _words(places[0])
    return None


def _town_of(place: Place, rest: str) -> bool:
    """Whether `rest` surely names a place: another city, or a town of the same one."""
    return _other_city(place, rest) or _longest_town(place, rest) is not None


def _covers(code: str, place: Place, rest: str) -> bool:
    town = _longest_town(place, rest)
    if _other_city(place, rest) or town is None:
        return False
    # A shorter name may be the code's own town with its end left out.
    own = fold_place(place.town)
    return code in towns(place.prefecture, place.city)[town] or own.startswith(town)


def _other_city(place: Place, rest: str) -> bool:
    own = fold_place(place.city)
    if _without_city(own, rest) != rest:
        return False
    named = [city for city in cities()[fold_place(place.prefecture)] if rest.startswith(city)]
    # 郡 and the city of a ward are left out by many: those names may be the same place.
    return any(city not in own and own not in city for city in named)


def _longest_town(place: Place, rest: str) -> str | None:
    within = _without_city(fold_place(place.city), rest)
    named = [town for town in towns(place.prefecture, place.city) if within.startswith(town)]
    town = max(named, key=len, default=None)
    if town is None:
        return None
    after = within[len(town) : len(town) + 1]
    return town if not after or after in _AFTER_TOWN else None


def _without_city(city: str, rest: str) -> str:
    """`rest` behind the city, which may be written without its 郡 or the city above a ward."""
    tails = [city]
    tails += [city[i + 1 :] for i, char in enumerate(city[:-1]) if char in "郡市" and i > 0]
    for tail in tails:
        if tail and rest.startswith(tail):
            return rest.removeprefix(tail)
    return rest


def _words(place: Place) -> str:
    return f"{place.prefecture}{place.city}{place.town}"


def _postal_findings(
    by_name: Mapping[str, Field], code: FieldDefinition, address: FieldDefinition | None
) -> Iterator[Finding]:
    digits = _sure(by_name.get(code.name))
    if digits is None or len(digits) != 7 or not digits.isdigit():
        return
    shown = f"{digits[:3]}-{digits[3:]}"
    if not find_places(digits):
        if not business_code(digits):
            params = {"label": code.label, "code": shown}
            yield make_finding(SharedRule.POSTAL_UNKNOWN, (code.name,), params)
        return
    written = _sure(by_name.get(address.name)) if address is not None else None
    if address is None or written is None:
        return
    other = contradicting_place(digits, written)
    if other is not None:
        params = {"label": code.label, "code": shown, "place": other, "other": address.label}
        yield make_finding(SharedRule.POSTAL_ADDRESS, (code.name, address.name), params)


def _kana_findings(
    by_name: Mapping[str, Field], kana: FieldDefinition, kanji: FieldDefinition
) -> Iterator[Finding]:
    reading, name = _sure(by_name.get(kana.name)), _sure(by_name.get(kanji.name))
    if reading is None or name is None or not reading_contradicts(name, reading):
        return
    params = {"label": kana.label, "other": kanji.label}
    yield make_finding(SharedRule.KANA_KANJI, (kana.name, kanji.name), params)


def _pairs(
    form: FormDefinition, first: FieldKind, second: FieldKind
) -> Iterator[tuple[FieldDefinition, FieldDefinition | None]]:
    """Fields of kind `first`, each with the next of kind `second` in its section and row."""
    for index, field in enumerate(form.fields):
        if field.kind is not first:
            continue
        for other in form.fields[index + 1 :]:
            same = (other.page, other.section, other.row) == (field.page, field.section, field.row)
            if same and other.kind is first:
                yield field, None
                break
            if same and other.kind is second:
                yield field, other
                break
        else:
            yield field, None


def _named_pairs(form: FormDefinition) -> Iterator[tuple[FieldDefinition, FieldDefinition]]:
    """Kana and kanji of one person: `x_kana` beside `x_name` or `x`."""
    kanji = {f.name: f for f in form.fields if f.kind is FieldKind.KANJI_NAME}
    for field in form.fields:
        if field.kind is FieldKind.KANA_NAME and field.name.endswith("_kana"):
            stem = field.name.removesuffix("_kana")
            name = kanji.get(f"{stem}_name") or kanji.get(stem)
            if name is not None and stem != "given_name":
                yield field, name


def _sure(field: Field | None) -> str | None:
    if field is None or field.doubtful or field.state is not FieldState.READ:
        return None
    return field.value

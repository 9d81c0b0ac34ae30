"""Which form page a scanned page is: by its QR code, else by its print.

A code also says where the page lies, and its print must agree. Else the print is compared in two
steps. Local features at a few dots per millimetre, at which a word is a blob, say which templates
could lie where on the page, at any turn and tilt. Then the share of the template's words that the
page shows at their places decides. Frames and rules do not count: half the forms of an office
share them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipelines.forms.template import Template
from pipelines.geometry import grey_of, shrink_by, shrunk, transform_points
from pipelines.identify_features import MatchIndex, Proposal, find_features
from pipelines.identify_looks import Looks, ScoreSeen
from pipelines.identify_print import PrintMap, PrintScore, print_map, score_print
from pipelines.identify_qr import CodeFound, find_code
from pipelines.records import FormKey, Identification, Matrix, Page, Pixels

_FEATURE_DPI = ((24.0, 24.0), (38.0, 38.0), (60.0, 38.0))
"""Resolutions of page and templates at which features are compared, one pair after the other: the
first is quickest and enough for most scans, the finer ones see cut and crumpled pages."""
_PRINT_DPI = 100.0
_SHORTLIST = 4
_ACCEPT = 0.65
"""Share of words alike that takes a page for a form; right forms reach 0.85 to 1."""
_ACCEPT_PINNED = 0.5
"""The same when a person has named the form. A code alone earns no leniency: it may be a sticker,
or the form may have been changed since."""
_CLEAR_LEAD = 0.1
_HOPELESS = 0.3
"""Share of the best proposal's agreeing features under which another is not looked at."""
_TWIN_LEAD = 0.1
_SURE = 0.9
"""Share of words alike at which the place that a code gives is not doubted."""
_SURE_LEADER = 0.8
"""Share of words alike at which the template that leads clearly by a few features is taken."""
_CURVED_FROM, _CURVED_LEAD = 0.25, 0.1
"""Share of words alike from which a page is looked at as one that curves, and what is near it."""
_ACCEPT_CURVED = 0.8
"""The same that takes such a page: right forms reach 0.8 to 0.98 once they are flattened."""
NEAR_MISS = 0.45
"""Share of words alike that hardly any other form reaches: something is right about a template."""
_CODE_ROUNDS = 3
_ASTRAY = 0.6
"""Share of words alike under which the place that a code gives is too far off to be refined (on
photographs, mostly): local features find the place in less time."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class TemplateIndex:
    """All form pages, prepared for `identify_page`."""

    templates: tuple[Template, ...]
    prints: tuple[PrintMap, ...]
    matches: Mapping[float, MatchIndex]

    def template(self, key: FormKey, form_page: int) -> Template | None:
        """Return the template of a form page, if there is one."""
        for template in self.templates:
            if template.key == key and template.form_page == form_page:
                return template
        return None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Candidate:
    """A template that may lie at `pose` (template pixels to print-map pixels of the page)."""

    index: int
    score: PrintScore


def build_index(templates: Iterable[Template]) -> TemplateIndex:
    """Prepare form pages for identification (about 0.1 s each)."""
    held = tuple(templates)
    resolutions = {dpi for _, dpi in _FEATURE_DPI}
    return TemplateIndex(
        templates=held,
        prints=tuple(print_map(t) for t in held),
        matches={
            dpi: MatchIndex.build([find_features(t.grey, t.dpi, dpi) for t in held])
            for dpi in resolutions
        },
    )


def identify_page(
    page: Page,
    index: TemplateIndex,
    *,
    pinned: FormKey | None = None,
    seen: ScoreSeen | None = None,
) -> Identification | None:
    """Say which form page this is and where it lies, or None when no form fits.

    Works at any turn, on photographs and on cut pages. `pinned` is the form a person chose: only
    its pages are tried, and a poorer fit is taken. `seen` is called with every form page that was
    compared and its score.
    """
    if not index.templates:
        return None
    grey = grey_of(page)
    middle, to_middle = shrunk(page, min(1.0, _PRINT_DPI / page.dpi), shrink_by)
    looks = _Looks(middle, min(page.dpi, _PRINT_DPI), index, seen)
    found, method = _found(grey, page.dpi, to_middle, looks, pinned)
    if found is None:
        return None
    pose = np.linalg.inv(to_middle) @ found.score.pose
    return _identification(index.templates[found.index], found.score.alike, method, pose)


def _found(
    grey: Pixels, dpi: float, to_middle: Matrix, looks: "_Looks", pinned: FormKey | None
) -> tuple[_Candidate | None, str]:
    """Find the template by the codes and the print of a page; also what told."""
    index = looks.index
    # Most codes are read from the small picture, which takes a fifth of the time.
    code = find_code(looks.middle, looks.dpi)
    told, method = _told(code, index, pinned)
    accept = _ACCEPT if pinned is None else _ACCEPT_PINNED
    found = _by_code(looks, code, told) or _by_print(looks, told, accept)
    if found is not None or pinned is not None:
        return found, method
    if told is not None:
        # A code that does not fit its print (a sticker, a photocopied corner) proves nothing.
        return _by_print(looks, None, accept), "print"
    code = find_code(grey, dpi) if dpi > looks.dpi else None
    if code is None:
        return None, method
    code = replace(code, corners=transform_points(to_middle, code.corners))
    told, method = _told(code, index, pinned)
    return _by_code(looks, code, told) or (_by_print(looks, told, accept) if told else None), method


def deserves_another_look(straight: Page, best: float) -> bool:
    """Whether a page that was no form as it came may be known as `straight`, made flat and level.

    `best` is the highest score it had. Skew alone changes nothing: any turn is found.
    """
    flattened = bool(np.abs(straight.to_scan[2, :2]).max() > 1e-9)
    return flattened or best >= NEAR_MISS


class _Looks(Looks):
    """The page at `_PRINT_DPI`, compared with the templates of an index."""

    def __init__(
        self, middle: Pixels, dpi: float, index: TemplateIndex, seen: ScoreSeen | None
    ) -> None:
        super().__init__(middle, dpi, index.templates, index.prints, seen)
        self.index = index


def _by_print(looks: _Looks, told: frozenset[int] | None, accept: float) -> _Candidate | None:
    """Look for a template at one resolution after the other until one fits, or none stands out."""
    for page_dpi, template_dpi in _FEATURE_DPI:
        features = find_features(looks.middle, looks.dpi, page_dpi)
        matches = looks.index.matches[template_dpi]
        # At the first a word is hardly a blob on photographs and small copies.
        hopeful = page_dpi == _FEATURE_DPI[0][0]
        for each in matches.rounds(features, only=told, most=_SHORTLIST):
            found = _best(looks, each.proposals, max(accept, _SURE_LEADER) if each.few else accept)
            if found is not None:
                return found
            hopeful |= each.hopeful
        if not hopeful:
            return None
    return None


def _told(
    code: CodeFound | None, index: TemplateIndex, pinned: FormKey | None
) -> tuple[frozenset[int] | None, str]:
    """List the templates that a person or a QR code names, and say which of them did."""
    if pinned is not None:
        named = [i for i, t in enumerate(index.templates) if t.key == pinned]
        return frozenset(named), "pinned"
    if code is None:
        return None, "print"
    named = [i for i, t in enumerate(index.templates) if _is_named(code, t)]
    return (frozenset(named), "qr") if named else (None, "print")


def _is_named(code: CodeFound, template: Template) -> bool:
    return (template.key, template.form_page) == (code.key, code.form_page)


def _by_code(
    looks: _Looks, code: CodeFound | None, told: frozenset[int] | None
) -> _Candidate | None:
    """Take the page for what its code says, if its print lies where the code has it."""
    index = looks.index
    named = [i for i in told or () if code is not None and _is_named(code, index.templates[i])]
    if code is None or not named:
        return None
    pose = code.pose_of(index.templates[named[0]])
    for _ in range(_CODE_ROUNDS):
        score = None if pose is None else score_print(looks.middle, index.prints[named[0]], pose)
        if score is None:
            return None
        if score.alike >= _SURE:
            looks.tell(named[0], score)
            return _Candidate(index=named[0], score=score)
        if score.alike < _ASTRAY:
            return None
        pose = score.pose
    return None


def _best(looks: _Looks, proposals: Sequence[Proposal], accept: float) -> _Candidate | None:
    """Return the template that fits best, if it fits well enough and better than its twins."""
    candidates: list[_Candidate] = []
    for proposal in proposals:
        if candidates and proposal.inliers < _HOPELESS * proposals[0].inliers:
            break
        score = looks.score(proposal.index, proposal.pose)
        if score is not None and score.alike >= accept:
            candidates.append(_Candidate(index=proposal.index, score=score))
    if not candidates:
        candidates = _curved(looks, proposals, accept)
    candidates.sort(key=lambda c: -c.score.alike)
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    best, second = candidates[:2]
    if best.score.alike - second.score.alike >= _CLEAR_LEAD:
        return best
    return _between_twins(best, second, looks.index)


def _curved(looks: _Looks, proposals: Sequence[Proposal], accept: float) -> list[_Candidate]:
    """Compare what comes nearest once more, as if the paper curves."""
    scores = [(looks.score(p.index, p.pose), p) for p in proposals]
    near = [(s.alike, p) for s, p in scores if s is not None and s.alike >= _CURVED_FROM]
    best = max((alike for alike, _ in near), default=0.0)
    if best >= _ACCEPT:
        # It is seen by a few features; all of them will tell.
        return []
    likely = [p for alike, p in near if alike >= best - _CURVED_LEAD]
    again = [(looks.curved_score(p.index, p.pose), p) for p in likely]
    return [
        _Candidate(index=p.index, score=s)
        for s, p in again
        if s is not None and s.alike >= max(accept, _ACCEPT_CURVED)
    ]


def _between_twins(a: _Candidate, b: _Candidate, index: TemplateIndex) -> _Candidate | None:
    """Decide between two forms with much print in common by the words only one of them has."""
    lead = a.score.own_words(b.score, index.prints[a.index], index.prints[b.index])
    if lead is None:
        older, newer = sorted((a, b), key=lambda c: index.templates[c.index].key.revision)
        same_form = (
            index.templates[a.index].key.id == index.templates[b.index].key.id
            and index.templates[a.index].key != index.templates[b.index].key
        )
        return newer if same_form and older is not newer else a
    if abs(lead) < _TWIN_LEAD:
        return None
    return a if lead > 0 else b


def _identification(template: Template, alike: float, method: str, pose: Matrix) -> Identification:
    return Identification(
        form=template.key,
        form_page=template.form_page,
        score=float(np.clip(alike, 0, 1)),
        method=method,
        from_template=pose / pose[2, 2],
    )

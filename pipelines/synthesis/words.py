"""Words and numbers for text fields, picked by what the label asks for."""

import re

import numpy as np

from pipelines.forms.model import FieldDefinition, FieldKind
from pipelines.synthesis.person import Person, draw_my_number
from pipelines.synthesis.roles import Role, Subject
from pipelines.synthesis.story import Story

_NURSERIES = (
    "千住あずま保育園", "西新井きらきら保育園", "あやせ保育園", "うめだ保育園", "たけの塚保育園",
    "中央本町保育園", "ひがし保育園", "五反野保育園", "えがお保育園千住", "しかはま保育園",
    "新田さくら保育園", "はなはた保育園", "おおやた保育園", "やなぎはら保育園", "いこう保育園",
)  # fmt: skip
_SCHOOLS = (
    "千寿小学校",
    "弘道小学校",
    "西新井小学校",
    "綾瀬小学校",
    "梅島小学校",
    "第一中学校",
    "江北高等学校",
)
_OCCUPATIONS = (
    "会社員",
    "パート",
    "自営業",
    "無職",
    "公務員",
    "会社役員",
    "看護師",
    "アルバイト",
    "飲食業",
    "介護職",
)
_JOBS = (
    "事務",
    "営業",
    "接客・販売",
    "製造",
    "配送",
    "経理事務",
    "介護職",
    "看護業務",
    "調理",
    "システム開発",
)
_REASONS = (
    "就労のため",
    "父母ともに就労しているため",
    "育児休業からの復職のため",
    "転勤に伴う転居のため",
    "出産のため",
    "求職中のため",
    "介護のため",
)
_STAY_REASONS = (
    "引き続き日本で就労するため",
    "日本で家族と暮らすため",
    "引き続き在学するため",
)
_CONDITIONS = (
    "脳梗塞後遺症",
    "変形性膝関節症",
    "認知症",
    "高血圧症",
    "糖尿病",
    "パーキンソン病",
    "骨折",
    "関節リウマチ",
)
_ALLERGIES = (
    "卵アレルギー",
    "特になし",
    "乳製品アレルギー",
    "ぜんそくあり",
    "なし",
    "アトピー性皮膚炎",
)
_CARE = (
    "歩行が不安定で、入浴に介助が必要です。",
    "一人での外出が難しく、物忘れが増えています。",
    "転倒して骨折し、退院後の支援が必要です。",
)
_NOTES = ("特になし", "連絡は平日の夕方にお願いします。", "なし", "郵送を希望します。")
_OTHER = ("家庭の都合", "職場の異動", "本人の希望による", "親族との同居", "海外からの帰国")
_CARS = ("トヨタ", "ホンダ", "スズキ", "ダイハツ", "日産", "ヤマハ", "三菱")
_INSURERS = (
    "全国健康保険協会東京支部",
    "東京都情報サービス健康保険組合",
    "関東百貨店健康保険組合",
    "東京実業健康保険組合",
)
_PURPOSES = ("不動産登記", "自動車の登録", "融資の申込み", "公正証書の作成", "相続の手続")
_PREFECTURES = ("東京都", "埼玉県", "千葉県", "神奈川県", "茨城県")

_GRADES = ("1級", "2級", "3級")
_DISABILITIES = ("肢体不自由", "視覚障害", "聴覚障害", "心臓機能障害", "じん臓機能障害")

_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"国籍|nationality", ("日本", "中国", "ベトナム", "フィリピン", "ネパール", "韓国")),
    (r"等級|grade", _GRADES),
    (r"障害名|障害の内容", _DISABILITIES),
    (r"疾病|傷病|病名|診断|特定疾病|disease|障害の部位", _CONDITIONS),
    (r"アレルギー|健康状態|allerg|既往|health", _ALLERGIES),
    (r"保険者名|組合名|保険の名称|insurer", _INSURERS),
    (r"保育(所|園|施設)|希望施設|施設名|園名|nursery|facility", _NURSERIES),
    (r"学校|学年|学部|通学|school", _SCHOOLS),
    (r"業務内容|仕事の内容|職種|duties|job|従事", _JOBS),
    (r"職業|occupation", _OCCUPATIONS),
    (r"状況|心身|状態|condition", _CARE),
    (r"車種|車名|メーカー|maker|vehicle_name|model_name", _CARS),
    (r"使用目的|用途|目的|purpose", _PURPOSES),
    (r"その他|other", _OTHER),
    (r"理由|事由|reason", _REASONS),
    (r"備考|特記|note|remarks|連絡事項|要望", _NOTES),
    (r"都道府県|prefecture", _PREFECTURES),
    (r"市区町村|発行者|課税地", ("足立区", "葛飾区", "草加市", "川口市", "荒川区")),
    (r"預金種別|種目", ("普通", "当座")),
    (r"性別|sex", ("男", "女")),
    (r"場所|place", ("足立区役所", "東京都足立区中央本町1-17-1")),
    (r"国名|country", ("アメリカ", "タイ", "中国", "カナダ")),
)
_PLATE_KANA = "あいうえかきくけこさすせそたちつてとなにぬねのはひふほまみむめもやゆよらりるれろ"


def free_text(
    field: FieldDefinition,
    subject: Subject,
    person: Person,
    story: Story,
    rng: np.random.Generator,
    room: int,
) -> str | None:
    """Words for a text field, no longer than about `room` characters; None when nothing suits."""
    words = f"{field.name} {field.label} {field.lexicon or ''}"
    text = _special(field, words, subject, person, story, rng)
    if text is None and subject.role is Role.RELATIVE:
        return None
    if text is None:
        choices = next((c for pattern, c in _WORDS if re.search(pattern, words)), _NOTES)
        fitting = [c for c in choices if len(c) <= room] or [min(choices, key=len)]
        text = _pick(fitting, rng)
    limit = field.max_length or 200
    if field.repertoire:
        text = "".join(c for c in text if c in field.repertoire)
    return text[:limit] or None


def short_number(field: FieldDefinition, story: Story, rng: np.random.Generator) -> str:
    """Digits for a number field: as long as its comb, or as its label suggests."""
    words = f"{field.name} {field.label}"
    if field.cells > 1:
        return _digits(rng, min(field.cells, field.max_length or field.cells), words)
    work = story.work
    exact = (
        (r"month_days|月間の就労日数|就労日数（月）", work.month_days),
        (r"week_days|週間の就労日数", work.week_days),
        (r"month_hours|月間の就労時間", work.month_days * work.day_hours),
        (r"week_hours|週間の就労時間", work.week_days * work.day_hours),
        (r"就労時間（日）|day_hours", work.day_hours),
        (r"result\d_days|実績.*日数", work.month_days),
        (r"result\d_hours|実績.*時間", work.month_days * work.day_hours),
        (r"fiscal|年度$|年（令和）", story.on.year - 2018),
    )
    for pattern, number in exact:
        if re.search(pattern, words) and "分）" not in field.label:
            return str(number)
    lengths = (
        (r"口座番号|account", 7),
        (r"支店番号|店番|branch_(code|number)", 3),
        (r"金融機関コード|銀行コード|bank_code", 4),
        (r"基礎年金番号|pension_number", 10),
        (r"被保険者番号|insured_number|介護保険", 10),
        (r"保険者番号|insurer_number", 8),
        (r"手帳番号|登録番号|証明書番号|受給者番号", 7),
    )
    for pattern, length in lengths:
        if re.search(pattern, words):
            return _digits(rng, field.max_length or length, words)
    ranges = (
        (r"minutes|（分）|、分）|休憩|commute", (15, 60)),
        (r"older|経過後の子", (1, 2)),
        (r"労働日|就労日数|日数|days", (12, 23)),
        (r"週|week", (3, 6)),
        (r"時間|hours", (100, 170) if re.search(r"月|month", words) else (6, 9)),
        (r"人数|何人|通数|枚|部数|count|copies", (1, 4)),
        (r"月数|months", (1, 13)),
        (r"排気量|displacement|cc", (125, 660)),
    )
    for pattern, (low, high) in ranges:
        if re.search(pattern, words):
            return str(int(rng.integers(low, high)))
    return str(int(rng.integers(1, 10)))


def _special(
    field: FieldDefinition,
    words: str,
    subject: Subject,
    person: Person,
    story: Story,
    rng: np.random.Generator,
) -> str | None:
    """Words that follow from the story."""
    foreign = story.foreigner
    if re.search(r"続柄|relation|との関係", words) and subject.role is not Role.RELATIVE:
        return _relation(subject, person, story)
    if subject.role is Role.RELATIVE:
        return _of_relative(words, subject, person, story)
    if re.search(r"国籍|nationality", words):
        return foreign.nationality
    if re.search(r"在留資格|residence_status", words):
        return foreign.status
    if re.search(r"在留期間|period", words):
        return foreign.period
    if re.search(r"代表者", words):
        return f"代表取締役 {story.employer.president.name}"
    if story.foreign and re.search(r"理由|reason", words):
        return _pick(_STAY_REASONS, rng)
    if re.search(r"銀行|金融機関|bank", words) and "支店" not in field.label:
        return story.bank
    if re.search(r"支店|branch", words):
        return story.branch + "支店" if rng.random() < 0.5 else story.branch
    if re.search(r"名義|holder", words):
        return person.kana if field.kind is FieldKind.KATAKANA else person.name
    if re.search(r"医療機関|病院|hospital|clinic", words):
        return story.hospital
    if re.search(r"車両番号|登録番号|標識番号|ナンバー|plate|vehicle_number", words):
        kana = _PLATE_KANA[int(rng.integers(len(_PLATE_KANA)))]
        number = f"{rng.integers(10, 100)}-{rng.integers(10, 100)}"
        return f"足立 {rng.integers(480, 600)} {kana} {number}"
    if re.search(r"車台番号|chassis|frame", words):
        head = f"{_letters(rng, 2)}{rng.integers(10, 99)}{_letters(rng, 1)}"
        return f"{head}-{rng.integers(100000, 999999)}"
    if re.search(r"メール|mail", words):
        return f"{_letters(rng, 5).lower()}{rng.integers(10, 999)}@example.jp"
    if re.search(r"勤務先|事業所|会社|事業者|employer|workplace|company|business_name|屋号", words):
        mother = re.search(r"mother|母|spouse|配偶者", words)
        return (story.other_employer if mother else story.employer).name
    if re.search(r"役職|position|肩書", words):
        return _pick(("代表取締役", "総務部長", "人事課長", "所長"), rng)
    if re.search(r"記号", words):
        return f"{rng.integers(100, 9999)}・{rng.integers(10, 999)}"
    if re.search(r"旅券|passport", words):
        return f"{_letters(rng, 2)}{rng.integers(10**6, 10**7)}"
    if re.search(r"在留カード|card_number", words):
        return f"{_letters(rng, 2)}{rng.integers(10**7, 10**8)}{_letters(rng, 2)}"
    if re.search(r"内線|extension", words):
        return str(rng.integers(100, 999))
    if re.search(r"職業・学校|勤務先・学校", words) and person.relation == "子":
        return _pick(_NURSERIES if story.on.year - person.birth.year < 7 else _SCHOOLS, rng)
    if re.search(r"氏名|_name$", words) and subject.role in (Role.AGENT, Role.CHILD, Role.MEMBER):
        return person.name
    if field.kind is FieldKind.ALPHANUMERIC:
        length = field.cells if field.cells > 1 else min(8, field.max_length or 8)
        return draw_my_number(rng)[:length]
    if field.kind is FieldKind.KATAKANA:
        return person.kana
    return None


def _of_relative(words: str, subject: Subject, person: Person, story: Story) -> str | None:
    """Describe a Japanese spouse or child in the table of relatives of a foreign resident."""
    if re.search(r"続柄|relation\b", words):
        return person.relation
    if re.search(r"国籍|nationality", words):
        return "日本"
    if re.search(r"card|在留カード", words):
        return None
    if re.search(r"workplace|勤務先", words):
        child = person.relation == "子"
        return "千寿小学校" if child else story.other_employer.name
    return person.name


def _relation(subject: Subject, person: Person, story: Story) -> str:
    if subject.role is Role.AGENT:
        return "友人"
    if person is story.insured and person is story.family.elder:
        return "本人"
    if subject.role is Role.APPLICANT and story.insured is story.family.elder:
        return "長男" if person.sex == "m" else "長女"
    if person.relation != "子":
        return person.relation or "知人"
    sisters = [c for c in story.family.children if c.sex == person.sex]
    order = next((i for i, c in enumerate(sisters) if c is person), 0)
    if story.seed % 3 == 0:
        return "子"
    return ("長", "二", "三")[min(order, 2)] + ("男" if person.sex == "m" else "女")


def _digits(rng: np.random.Generator, length: int, words: str) -> str:
    # Numbers of the insured are padded with zeros on the left.
    zeros = 2 if length >= 8 and re.search(r"被保険者|insured", words) else 0
    first = str(rng.integers(1, 10)) if length > zeros else ""
    rest = "".join(str(d) for d in rng.integers(0, 10, max(0, length - zeros - 1)))
    return ("0" * zeros + first + rest)[:length]


def _letters(rng: np.random.Generator, count: int) -> str:
    return "".join("ABCDEFGHJKLMNPRSTUVWXYZ"[int(i)] for i in rng.integers(0, 23, count))


def _pick(choices: tuple[str, ...] | list[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]

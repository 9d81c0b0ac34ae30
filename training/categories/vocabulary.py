"""What papers are made of: the kinds of the taxonomy, words of any form, papers of no kind.

Papers that are none of ours look like ours: an office form about another matter. They are made by
putting a matter, an act and a paper together (`占用` + `許可` + `申請書`); the matters of training
and those of evaluation are different ones, as are the sentences of no office.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipelines.category_model import UNKNOWN
from pipelines.forms.load import FormLibrary
from pipelines.reference.categories import category_entries

_TRAINING = Path(__file__).parents[1]
PICTURES = frozenset({"junk.blank", "other.attachment.photo"})
"""Kinds that are pictures and hardly ever have text of their own."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What papers of one kind are made of. `style` says how they are laid out."""

    label: str
    style: str
    titles: tuple[str, ...]
    words: tuple[str, ...]
    siblings: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    """Printed lines of a form that comes with the program, if it is one."""


@cache
def form_kinds() -> tuple[Kind, ...]:
    """Kinds made of the forms that come with the program: their titles and all their print."""
    kinds = {kind.label: kind for kind in known_kinds()}
    found = []
    for entry in FormLibrary.builtin().entries:
        form = entry.definition
        printed = [item for page in form.pages for item in page.printed if item.type == "text"]
        lines = tuple(line for item in printed for line in item.text.splitlines() if line.strip())
        words = tuple(field.label for field in form.fields if field.label)
        if form.category_id in kinds:
            made = Kind(
                label=form.category_id,
                style="form",
                titles=(form.title,),
                words=words,
                lines=lines,
            )
            found.append(made)
    return tuple(found)


@cache
def known_kinds() -> tuple[Kind, ...]:
    """All kinds of the taxonomy that have text; `siblings` are the words of those beside them."""
    entries = [entry for entry in category_entries() if entry["titles"]]
    return tuple(
        Kind(
            label=entry["id"],
            style=_style(entry["id"]),
            titles=tuple(entry["titles"]),
            words=tuple(entry["words"]),
            siblings=tuple(
                word
                for other in entries
                if other is not entry and _operation(other) == _operation(entry)
                for word in other["words"]
            ),
            sentences=tuple(entry.get("sentences", ())),
        )
        for entry in entries
    )


def _operation(entry: Mapping[str, str]) -> str:
    return entry["id"].partition(".")[0]


def _style(label: str) -> str:
    head, _, rest = label.partition(".")
    if label.startswith("opinion."):
        return "letter"
    if head in ("identity", "bank") and rest != "transfer":
        return "card"
    if rest.endswith(("drawing", "photo")) or head == "junk":
        return "poster"
    if rest.startswith(("attachment", "certificate")):
        return "certificate"
    return "form"


def phrases(name: str) -> tuple[str, ...]:
    """Lines of a text file of `training/`, without comments."""
    return _lines(name)


@cache
def _lines(name: str) -> tuple[str, ...]:
    lines = (_TRAINING / name).read_text("utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


_ACTS = ("", "", "許可", "変更", "廃止", "更新", "再交付", "登録", "設置", "使用", "認定", "開始")
_PAPERS = (
    "申請書",
    "届",
    "届出書",
    "申込書",
    "請求書",
    "申告書",
    "報告書",
    "願",
    "承認申請書",
    "証明願",
)
# Office matters of which nothing is known. Every third one is kept for evaluation; those of
# matters.txt never are.
_DEVELOPED = 12
_MATTERS: dict[str, str] = {
    "建築確認": "建築主 敷地面積 延べ面積 構造 階数 工事監理者 建蔽率 用途地域",
    "開発行為": "開発区域 造成 予定建築物 工事施行者 公共施設 排水計画",
    "墓地使用": "墓所番号 使用者 埋葬 焼骨 承継 管理料 墓石",
    "食品営業": "営業所の名称 営業の種類 食品衛生責任者 調理場 水質検査 施設の構造",
    "理容所": "理容師 管理理容師 消毒設備 開設者 作業場 免許番号",
    "旅館業": "客室数 宿泊定員 玄関帳場 営業者 宿泊者名簿 構造設備",
    "薬局": "薬剤師 管理者 医薬品 調剤 店舗販売 処方箋",
    "図書館資料": "貸出券 予約資料 書名 返却 リクエスト 館内閲覧",
    "区民農園": "区画番号 耕作 収穫 抽選 園芸 肥料",
    "特定建設作業": "建設機械 騒音規制 作業時間 発注者 元請業者 防音",
    "河川占用": "河川区域 工作物 水利 占用面積 原状回復 堤防",
    "屋外広告物": "広告板 表示面積 掲出 設置者 意匠 屋外広告業者",
    "防火管理者": "消防署 防火対象物 消火器 避難訓練 収容人員 消防計画",
    "危険物": "貯蔵所 取扱所 指定数量 保安監督者 引火性 タンク",
    "古物営業": "古物商 取り扱う古物 営業所 公安委員会 行商 主たる",
    "NPO法人設立": "定款 社員総会 役員名簿 事業計画 活動分野 設立趣旨",
    "町会自治会助成": "会員数 地域活動 防犯灯 総会資料 役員 町会名",
    "空き店舗活用": "店舗所在地 改装費 出店計画 商店街 事業計画 賃料補助",
    "中小企業融資": "融資希望額 資金使途 信用保証 取扱金融機関 売上高 据置期間",
    "入札参加資格": "業種 経営事項審査 代表者 受任先 工事経歴 指名停止",
    "緑化計画": "緑化面積 接道部 樹木の本数 高木 屋上緑化 植栽",
    "雨水貯留槽": "貯留槽 容量 設置費用 雨どい 助成対象 設置場所",
    "耐震診断": "木造住宅 昭和56年 診断機関 耐震改修 評点 筋かい",
    "ブロック塀撤去": "塀の高さ 避難道路 撤去延長 工事見積 倒壊 生け垣",
    "スポーツ施設": "体育館 団体登録 利用区分 競技種目 照明 コート",
    "文化財現状変更": "指定文化財 所有者 現状変更 修理 名称及び員数 史跡",
    "埋蔵文化財": "包蔵地 土木工事 発掘 届出範囲 深さ 遺跡",
    "浄化槽": "処理対象人員 設置場所 保守点検 清掃 放流先 汚泥",
    "飲用井戸": "井戸の深さ 水質 揚水量 用途 ポンプ 地下水",
    "犬の死亡": "鑑札番号 注射済票 犬の種類 毛色 死亡年月日 飼い主",
    "放射線測定器": "貸出期間 測定器 返却日 空間線量 使用場所 貸出番号",
    "行政不服審査": "審査請求人 処分庁 裁決 教示 請求の趣旨 弁明書",
    "損害賠償": "事故の状況 過失 損害額 示談 修理費 賠償責任",
    "職員採用": "受験番号 試験区分 学歴 職歴 志望動機 受験資格",
    "区営住宅": "申込区分 住宅番号 収入基準 同居予定者 抽選番号 単身者",
    "都市計画証明": "用途地域 都市計画道路 地番 証明事項 容積率 高度地区",
    "境界確定": "土地の境界 隣接地 測量 立会 地積 道路管理者",
    "下水道排水設備": "排水設備 指定工事店 責任技術者 汚水 宅内ます 管径",
    "車庫証明": "自動車の保管場所 使用の本拠 保管場所の位置 配置図 車名 型式",
    "遺失物": "拾得者 拾得物 遺失者 保管 警察署 特徴",
    "保護司推薦": "推薦理由 経歴 活動区域 更生保護 任期 候補者",
    "民泊": "住宅宿泊事業 届出住宅 宿泊日数 管理業者 消防法令 標識",
    "産業廃棄物": "排出事業者 処分業者 マニフェスト 収集運搬 最終処分 産業廃棄物の種類",
    "ばい煙発生施設": "施設の種類 排出口 燃料 硫黄酸化物 届出者 処理施設",
    "動物取扱業": "動物取扱責任者 飼養施設 展示 保管 業の種別 販売",
    "ボランティア保険": "活動内容 加入者数 保険期間 補償 団体名 行事",
    "姉妹都市派遣": "派遣生 語学 推薦書 渡航 ホームステイ 応募動機",
    "広報掲載": "掲載希望号 催し名 費用 対象 主催 問合せ先 原稿",
}


@dataclass(frozen=True)
class Stranger:
    """A matter that is none of ours: its name and words that stand on its papers."""

    matter: str
    words: tuple[str, ...]


def strangers(*, held_out: bool) -> list[Stranger]:
    """Matters of no kind of ours; those of evaluation are never trained on."""
    some = [
        Stranger(matter, tuple(words.split()))
        for index, (matter, words) in enumerate(_MATTERS.items())
        if (index % 3 == 2) == held_out
    ]
    return some if held_out else [*some, *_more_strangers()[:-_DEVELOPED]]


def development_strangers() -> list[Stranger]:
    """Matters to choose by: neither trained on, nor calibrated on, nor those of evaluation."""
    return list(_more_strangers()[-_DEVELOPED:])


@cache
def _more_strangers() -> tuple[Stranger, ...]:
    lines = [line.split() for line in _lines("categories/matters.txt")]
    return tuple(Stranger(matter, tuple(words)) for matter, *words in lines)


def stranger_titles(matter: str) -> Iterator[str]:
    """Every title that a paper about `matter` may have."""
    for act in _ACTS:
        for paper in _PAPERS:
            yield f"{matter}{act}{paper}"


def sentences_of_no_office(*, held_out: bool) -> tuple[str, ...]:
    """Sentences of novels, shops, manuals; every third one is kept for evaluation."""
    return tuple(
        line for i, line in enumerate(phrases("background.txt")) if (i % 3 == 2) == held_out
    )


__all__ = [
    "PICTURES",
    "UNKNOWN",
    "Kind",
    "Stranger",
    "development_strangers",
    "form_kinds",
    "known_kinds",
    "phrases",
    "sentences_of_no_office",
    "stranger_titles",
    "strangers",
]

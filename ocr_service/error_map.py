"""The one map from error codes to HTTP status, exit code and Japanese text.

`docs/errors.md` shows it as a table; tests prove that map and table are complete.
"""

from dataclasses import dataclass
from string import Formatter

from pipelines.errors import CodedError, ErrorCode


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorEntry:
    """What an error code means at the edges.

    `retryable`: the same request or document may succeed later without being changed. `title`
    always stands; `detailed` is used instead when all of its parameters are known, numbers of
    which are shown in `unit`s.
    """

    status: int
    exit_code: int
    retryable: bool
    title: str
    detailed: str = ""
    unit: int = 1

    def message(self, **params: str | int | float) -> str:
        """Japanese text for people; parameters that the text does not name are ignored."""
        wanted = {name for _, name, _, _ in Formatter().parse(self.detailed) if name}
        if self.detailed and wanted <= params.keys():
            return self.detailed.format_map({k: self._shown(v) for k, v in params.items()})
        return self.title

    def _shown(self, value: str | int | float) -> str:
        return value if isinstance(value, str) else f"{value / self.unit:.0f}"


def describe(code: ErrorCode) -> ErrorEntry:
    """Return the entry of a code."""
    return ERRORS[code]


def message_of(error: CodedError) -> str:
    """Japanese text of an error with its parameters."""
    return describe(error.code).message(**error.params)


def _entry(
    status: int,
    exit_code: int,
    title: str,
    detailed: str = "",
    *,
    unit: int = 1,
    retryable: bool = False,
) -> ErrorEntry:
    return ErrorEntry(
        status=status,
        exit_code=exit_code,
        retryable=retryable,
        title=title,
        detailed=detailed,
        unit=unit,
    )


_C = ErrorCode
ERRORS: dict[ErrorCode, ErrorEntry] = {
    _C.FILE_EMPTY: _entry(422, 10, "ファイルが空です。もう一度読み取ってください。"),
    _C.FILE_TRUNCATED: _entry(422, 11, "ファイルが途中で切れています。もう一度送信してください。"),
    _C.FILE_ENCRYPTED: _entry(
        422,
        12,
        "パスワードで保護されたファイルは受け付けられません。保護を外して送信してください。",
    ),
    _C.FILE_TOO_LARGE: _entry(
        413,
        13,
        "ファイルが大きすぎます。",
        "ファイルが大きすぎます（上限 {limit} MB）。",
        unit=1024 * 1024,
    ),
    _C.FILE_UNSUPPORTED: _entry(
        415,
        14,
        "この種類のファイルは受け付けられません。JPEG、PNG、TIFF、PDF、HEIC、JPEG 2000 の"
        "いずれかで送信してください。",
    ),
    _C.FILE_CORRUPT: _entry(422, 15, "ファイルが壊れています。もう一度読み取ってください。"),
    _C.FILE_UNREADABLE: _entry(422, 16, "ファイルを開けません。"),
    _C.IMAGE_TOO_LARGE: _entry(
        422,
        17,
        "画像の画素数が多すぎます。解像度を下げて読み取ってください。",
        "画像の画素数が多すぎます（上限 {limit} 万画素）。解像度を下げて読み取ってください。",
        unit=10_000,
    ),
    _C.IMAGE_TOO_SMALL: _entry(
        422, 18, "画像が小さすぎて読み取れません。解像度を上げて読み取ってください。"
    ),
    _C.PAGES_TOO_MANY: _entry(
        422,
        19,
        "ページ数が多すぎます。分けて送信してください。",
        "ページ数が多すぎます（上限 {limit} ページ）。分けて送信してください。",
    ),
    _C.READ_TIMEOUT: _entry(
        503,
        20,
        "読み取りに時間がかかりすぎたため中止しました。原本は保管されています。",
        retryable=True,
    ),
    _C.READ_OUT_OF_MEMORY: _entry(
        503,
        21,
        "読み取りに必要なメモリが足りないため中止しました。原本は保管されています。",
        retryable=True,
    ),
    _C.READ_CRASHED: _entry(
        503,
        22,
        "読み取りが異常終了しました。原本は保管されています。",
        retryable=True,
    ),
    _C.MODEL_MISSING: _entry(
        503, 23, "読み取りモデルが見つかりません。管理者に連絡してください。", retryable=True
    ),
    _C.MODEL_DAMAGED: _entry(
        503, 24, "読み取りモデルが壊れています。管理者に連絡してください。", retryable=True
    ),
    _C.MODEL_UNKNOWN: _entry(
        404, 27, "モデルが見つかりません。", "モデル「{model}」が見つかりません。"
    ),
    _C.MODEL_REFUSED: _entry(409, 28, "このモデルは、いまは使えるようにできません。"),
    _C.FORM_INVALID: _entry(422, 25, "帳票定義に誤りがあります。"),
    _C.FORM_UNKNOWN: _entry(404, 26, "帳票が見つかりません。", "帳票「{form}」が見つかりません。"),
    _C.REQUEST_INVALID: _entry(422, 30, "要求の内容に誤りがあります。"),
    _C.REQUEST_NOT_FOUND: _entry(404, 31, "お探しのものは見つかりません。"),
    _C.REQUEST_METHOD: _entry(405, 32, "この操作はできません。"),
    _C.REQUEST_TOO_LARGE: _entry(413, 33, "要求が大きすぎます。"),
    _C.REQUEST_TIMEOUT: _entry(
        408, 34, "送信に時間がかかりすぎました。もう一度送信してください。", retryable=True
    ),
    _C.IDEMPOTENCY_CONFLICT: _entry(
        409, 35, "同じ Idempotency-Key で別のファイルがすでに受け付けられています。"
    ),
    _C.AUTH_REQUIRED: _entry(401, 40, "サインインが必要です。"),
    _C.AUTH_FAILED: _entry(401, 41, "サインインできません。入力内容を確かめてください。"),
    _C.AUTH_LOCKED: _entry(
        429,
        42,
        "サインインの失敗が続いたため、しばらく利用できません。",
        "サインインの失敗が続いたため、あと {seconds} 秒利用できません。",
        retryable=True,
    ),
    _C.AUTH_FORBIDDEN: _entry(403, 43, "この操作の権限がありません。"),
    _C.AUTH_ORIGIN: _entry(403, 44, "別のサイトからの要求は受け付けられません。"),
    _C.DOCUMENT_UNKNOWN: _entry(404, 50, "書類が見つかりません。"),
    _C.DOCUMENT_STATE: _entry(409, 51, "書類の状態が変わったため、この操作はできません。"),
    _C.DOCUMENT_CLAIMED: _entry(409, 52, "ほかの担当者が確認中です。"),
    _C.SUGGESTION_STALE: _entry(
        409, 53, "読み取り結果が新しくなりました。画面を更新して確かめてください。"
    ),
    _C.DECISION_INVALID: _entry(422, 54, "決定の内容に誤りがあります。"),
    _C.CASE_UNKNOWN: _entry(404, 66, "案件が見つかりません。"),
    _C.CASE_CHANGED: _entry(
        409, 67, "案件がほかの人に変更されました。画面を更新して確かめてください。"
    ),
    _C.CASE_REQUEST_INVALID: _entry(422, 68, "補正依頼の内容に誤りがあります。"),
    _C.CATEGORY_UNKNOWN: _entry(404, 80, "分類が見つかりません。"),
    _C.CATEGORY_CHANGED: _entry(
        409, 81, "分類の状態が変わったため、この操作はできません。一覧を更新して確かめてください。"
    ),
    _C.CATEGORY_INVALID: _entry(422, 82, "分類の内容に誤りがあります。"),
    _C.CATEGORY_ALIKE: _entry(
        422,
        83,
        "見本がほかの分類の書類と似すぎていて、見分けられません。",
        "見本がほかの分類（{like}）の書類と似すぎていて、見分けられません。",
    ),
    _C.EXPORT_UNKNOWN: _entry(404, 55, "出力ファイルが見つかりません。"),
    _C.EXPORT_EMPTY: _entry(409, 56, "出力する書類がありません。"),
    _C.USER_UNKNOWN: _entry(
        404, 57, "利用者が見つかりません。", "利用者「{name}」が見つかりません。"
    ),
    _C.USER_EXISTS: _entry(
        409,
        58,
        "同じ名前の利用者がすでに登録されています。",
        "利用者「{name}」はすでに登録されています。",
    ),
    _C.KEY_UNKNOWN: _entry(404, 59, "API キーが見つかりません。"),
    _C.STORAGE_FULL: _entry(
        507,
        60,
        "保管場所の空きがないため受け付けられません。管理者に連絡してください。",
        retryable=True,
    ),
    _C.STORAGE_DAMAGED: _entry(
        500, 61, "保管されたデータが壊れているか、改ざんされています。管理者に連絡してください。"
    ),
    _C.STORAGE_UNAVAILABLE: _entry(
        503,
        62,
        "保管場所に接続できません。しばらくしてからもう一度お試しください。",
        retryable=True,
    ),
    _C.SETTINGS_INVALID: _entry(500, 63, "設定に誤りがあります。管理者に連絡してください。"),
    _C.SERVER_UNREACHABLE: _entry(503, 64, "サーバーに接続できません。", retryable=True),
    _C.SERVICE_BUSY: _entry(
        503, 65, "混み合っています。しばらくしてからもう一度お試しください。", retryable=True
    ),
    _C.INTERNAL: _entry(
        500, 70, "内部エラーが発生しました。管理者に連絡してください。", retryable=True
    ),
}

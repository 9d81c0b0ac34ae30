"""YAML of strangers, read with care: safe types only, bounded, and every value with its line."""

from dataclasses import dataclass

import yaml

from pipelines.forms.load_errors import FormFileError, FormProblem

MAX_BYTES = 2_000_000
_MAX_DEPTH = 24
_MAX_NODES = 200_000
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """Plain values of a YAML file, and the nodes that know where each stands."""

    file: str
    data: object
    root: yaml.Node

    def line(self, path: tuple[str | int, ...], *, key: bool = False) -> int:
        """Line (from 1) of the value at `path`, or of the nearest thing that exists above it.

        `key` asks for the line of the last key itself, for keys that should not be there.
        """
        node, line = self.root, _line(self.root)
        for step in path:
            found = _child(node, step)
            if found is None:
                break
            label, node = found
            line = _line(node) if isinstance(node, yaml.ScalarNode) and not key else _line(label)
        return line


def parse_yaml(data: bytes, file: str) -> YamlDocument:
    """Parse one YAML document.

    Raises `FormFileError` for bad syntax, keys written twice, values of unsafe types, files over
    2 MB, nesting over 24 levels and aliases that blow up to more than 200,000 values.
    """
    if len(data) > MAX_BYTES:
        message = f"ファイルが大きすぎます（{MAX_BYTES // 1_000_000} MB まで）。"
        raise _refused(file, 1, message, "file too large")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        message = "文字コードが UTF-8 ではありません。UTF-8 で保存し直してください。"
        raise _refused(file, line, message, "not UTF-8") from error
    try:
        return _parsed(text, file)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        message = "YAML の書き方が正しくありません。字下げ・「: 」・引用符を確かめてください。"
        raise _refused(file, line, message, str(error.problem or error.context)) from error
    except yaml.YAMLError as error:
        line = text[: getattr(error, "position", 0) or 0].count("\n") + 1
        message = "YAML として読めない文字があります。"
        raise _refused(file, line, message, "unreadable character") from error
    except (ValueError, OverflowError) as error:
        # Such as a date of 30 February, which YAML tries to make a date of.
        message = "値が日付や数として正しくありません。"
        raise _refused(file, 1, message, str(error)) from error


def _parsed(text: str, file: str) -> YamlDocument:
    _check_depth(text, file)
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        if not isinstance(root, yaml.MappingNode):
            message = "様式の定義が書かれていません。"
            raise _refused(file, 1, message, "the document is not a mapping")
        _check_size(root, file)
        _check_keys(root, file)
        data = loader.construct_document(root)
    finally:
        loader.dispose()
    return YamlDocument(file, data, root)


def _check_depth(text: str, file: str) -> None:
    """Refuse deep nesting before anything recursive looks at it."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MAX_DEPTH:
                mark = event.start_mark
                line = mark.line + 1 if mark is not None else 1
                raise _refused(file, line, "入れ子が深すぎます。", "nested too deeply")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _check_size(root: yaml.Node, file: str) -> None:
    """Count values as if aliases were written out: `&a [*b, *b]` ten deep is a bomb."""
    counts: dict[int, int] = {}

    def count(node: yaml.Node) -> int:
        known = counts.get(id(node))
        if known == 0:
            raise _refused(file, _line(node), "自分自身を含む参照があります。", "recursive alias")
        if known is not None:
            return known
        counts[id(node)] = 0
        total = 1 + sum(count(child) for child in _children(node))
        if total > _MAX_NODES:
            message = "参照（&、*）を展開すると大きくなりすぎます。"
            raise _refused(file, _line(node), message, "alias bomb")
        counts[id(node)] = total
        return total

    count(root)


def _check_keys(root: yaml.Node, file: str) -> None:
    problems = []
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            keys = set()
            for key, _ in node.value:
                if key.value in keys:
                    problems.append(_problem(file, _line(key), str(key.value)))
                keys.add(key.value if isinstance(key.value, str) else "")
        waiting.extend(_children(node))
    if problems:
        raise FormFileError(problems)


def _problem(file: str, line: int, key: str) -> FormProblem:
    message = f"「{key}」が同じところに 2 回書かれています。"
    return FormProblem(file=file, field=key, line=line, message=message, detail="duplicate key")


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [child for pair in node.value for child in pair]
    if isinstance(node, yaml.SequenceNode):
        return list(node.value)
    return []


def _child(node: yaml.Node, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """Find the node under `step`, with the node that names it (the key, or itself in a list)."""
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return key, value
    return None


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _refused(file: str, line: int, message: str, detail: str) -> FormFileError:
    problem = FormProblem(file=file, field="", line=line, message=message, detail=detail)
    return FormFileError([problem])

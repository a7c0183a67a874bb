"""A leak report as one JSON document and as a table of plain words."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from studies.leaks.features import DERIVATIVE, ORIGINAL, WHERE
from studies.leaks.report import LeakReport

Json = dict[str, Any]
QUIET = "no sign"
WIDTH = 76
TABLE = f"{{:<{WIDTH + 5}}} {{:<15}} {{:>7}}  {{:<17}} {{:<8}} {{}}"


def as_document(report: LeakReport) -> Json:
    """Every number of a report; `refusals` is empty where nothing stands in the way of opening."""
    return {
        **asdict(report),
        "refuses": bool(report.refusals),
        "refusals": list(report.refusals),
        "too_few": list(report.too_few),
    }


def without_truth(document: Json) -> Json:
    """The document for who may not know truth: no rule's words, and not whether a pair's truth differs."""

    def told(rows: list[Json], *secret: str) -> list[Json]:
        return [{key: value for key, value in row.items() if key not in secret} for row in rows]

    targets = [
        {
            **target,
            "families": [{**family, "rules": told(family["rules"], "rule")} for family in target["families"]],
        }
        for target in document["targets"]
    ]
    said = {key: value for key, value in document.items() if key != "nonce"}
    return {**said, "targets": targets, "duplicates": told(document["duplicates"], "contradicts")}


def verdict(kind: str, rule: Json) -> str:
    """What a rule means, in words. rule: a finding or a combined model of the document."""
    if rule["tells"]:
        return {
            DERIVATIVE: "tells: refuses opening",
            ORIGINAL: "tells, but readers never get it",
        }.get(kind, "tells: a warning")
    if rule.get("own_p", 1.0) <= 0.05:
        return "may tell: chance is not excluded"
    return QUIET


def share(found: Json | None, digits: int = 0) -> str:
    """'95 % (83–99)', or '–' where undefined; with digits, '0.95 (0.83–0.99)'."""
    if found is None or found["estimate"] is None:
        return "–"

    def said(value: float) -> str:
        return f"{value:.{digits}f}" if digits else f"{100 * value:.0f}"

    unit = "" if digits else " %"
    interval = f" ({said(found['low'])}–{said(found['high'])})" if found["low"] is not None else ""
    return f"{said(found['estimate'])}{unit}{interval}"


def tree_words(used: list[str]) -> str:
    """What the combined model asks."""
    return f"tree: {', '.join(used) or 'nothing'}"


def p_words(p: float) -> str:
    """A p-value for a table."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.0995 else f"{p:.2f}"


def as_text(document: Json, everything: bool = False) -> str:
    """The plain table: telling rules first, the quiet ones counted, or with `everything` printed too."""
    lines = [
        f"{document['cases']} cases, {document['images']} images; p adjusted per kind and target; accuracy on"
    ]
    lines += [
        "cases a rule was not fitted to, its 95 % interval a guide (such calls are not independent trials)."
    ]
    for target in document["targets"]:
        lines += ["", *_target(target, everything)]
    if document["duplicates"]:
        lines += ["", "The same picture twice:"]
        lines += [f"  {_duplicate(pair)}" for pair in document["duplicates"]]
    if document["without_picture"] and "picture" in document["kinds"]:
        lines += ["", f"{document['without_picture']} images were not to be decoded: no rules of theirs."]
    lines += ["", *_closing(document)]
    return "\n".join(lines)


def _target(target: Json, everything: bool) -> list[str]:
    head = (
        f"{target['target']}: {target['positives']} {target['positive']}, "
        f"{target['negatives']} {target['negative']}; base rate {100 * target['base_rate']:.0f} %"
    )
    lines = [head]
    if target["too_few"]:
        lines.append(f"  {target['too_few']}. Finding nothing is not to say that nothing leaks.")
    for family in target["families"]:
        lines += _family(family, everything)
    return lines


def _family(family: Json, everything: bool) -> list[str]:
    rules = [rule for rule in family["rules"] if everything or verdict(family["kind"], rule) != QUIET]
    lines = [_line(rule["rule"], family["kind"], rule) for rule in rules]
    model = family["combined"]
    if model and (model["tells"] or everything):
        lines.append(_line(tree_words(model["used"]), family["kind"], model))
    head = TABLE.format(f"  {WHERE[family['kind']]}", "accuracy", "right", "AUC", "p", "verdict")
    silent = len(family["rules"]) - len(rules)
    alike = f"no sign in {silent} other features; " if silent else ""
    alike += f"{len(family['constant'])} are alike in all cases"
    remedies = dict.fromkeys(rule["remedy"] for rule in rules if rule["tells"])
    return ["", head, *lines, f"    {alike}", *(f"    Remedy: {remedy}" for remedy in remedies)]


def _line(name: str, kind: str, rule: Json) -> str:
    name = name if len(name) <= WIDTH else f"{name[: WIDTH - 1]}…"
    right = f"{rule['correct']}/{rule['cases']}"
    cells = (share(rule["accuracy"]), right, share(rule["auc"], 2), p_words(rule["p"]), verdict(kind, rule))
    return TABLE.format(f"    {name}", *cells)


def _duplicate(pair: Json) -> str:
    how = pair["how"] if pair["how"] == "exact" else f"{pair['how']}, correlation {pair['correlation']:.3f}"
    truth = "; their truth DIFFERS: one of them is wrong" if pair["contradicts"] else ""
    return f"{pair['first']} and {pair['second']}: {how}{truth}"


def _closing(document: Json) -> list[str]:
    if document["refusals"]:
        return [f"REFUSED: {refusal}." for refusal in document["refusals"]]
    if few := [target["target"] for target in document["targets"] if target["too_few"]]:
        return [f"Nothing stands in the way of opening, but too few cases to tell of: {', '.join(few)}."]
    return ["No file that readers get tells truth or case set: nothing stands in the way of opening."]

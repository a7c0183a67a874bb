"""A leak report as one JSON document and as a table of plain words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from functools import partial
from typing import Any

from studies.leaks.features import GATING, ORIGINAL, WHERE
from studies.leaks.level import ALPHA, EACH_KIND
from studies.leaks.report import LeakReport
from studies.leaks.targets import CASE_SET

Json = dict[str, Any]
QUIET = "no sign"
SET_TOLD = (
    "Files that tell the case set leak only where a reader could learn truth or condition from it: sessions "
    "show one set at a time, so readers know it anyway. Sets from honest sources may open with that as the "
    "reason."
)
NO_OBSTACLE = ": nothing stands in the way of opening"
WIDTH = 76
TABLE = f"{{:<{WIDTH + 5}}} {{:<15}} {{:>7}}  {{:<17}} {{:<8}} {{}}"


def as_document(report: LeakReport) -> Json:
    """Every number of a report; `refusals` is empty where the readers' files tell nothing at its level."""
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


def at_gate(document: Json) -> bool:
    """Whether an audit has the opening gate's level; older ones, which do not say, have it."""
    return bool(document.get("family", EACH_KIND) == EACH_KIND)


def level_words(document: Json) -> str:
    """The level, in a sentence."""
    percent = f"{100 * document['alpha']:g} %"
    if at_gate(document):
        return f"A rule tells where p, adjusted for each kind and all targets, is at most {percent}."
    said = f"A rule tells where p, adjusted for all kinds and targets together, is at most {percent}"
    return f"{said}; opening is decided at {100 * ALPHA:g} % of each kind, by an audit of its own."


def verdict(document: Json, kind: str, rule: Json) -> str:
    """What a rule means, in words. rule: a finding or a combined model of the document."""
    if rule["tells"] and kind in GATING:
        return "tells: refuses opening" if at_gate(document) else "tells"
    if rule["tells"]:
        return "tells, but readers never get it" if kind == ORIGINAL else "tells: a warning"
    if rule.get("own_p", 1.0) <= document["alpha"]:
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
        f"{document['cases']} cases, {document['images']} images; accuracy on cases a rule was not fitted",
        "to, its 95 % interval a guide (such calls are not independent trials).",
        level_words(document),
    ]
    for target in document["targets"]:
        lines += ["", *_target(document, target, everything)]
    if document["duplicates"]:
        lines += ["", "The same picture twice:"]
        lines += [f"  {_duplicate(pair)}" for pair in document["duplicates"]]
    if document["without_picture"] and "picture" in document["kinds"]:
        lines += ["", f"{document['without_picture']} images were not to be decoded: no rules of theirs."]
    lines += ["", *_closing(document)]
    return "\n".join(lines)


def _target(document: Json, target: Json, everything: bool) -> list[str]:
    head = (
        f"{target['target']}: {target['positives']} {target['positive']}, "
        f"{target['negatives']} {target['negative']}; base rate {100 * target['base_rate']:.0f} %"
    )
    lines = [head]
    if target["too_few"]:
        lines.append(f"  {target['too_few']}. Finding nothing is not to say that nothing leaks.")
    for family in target["families"]:
        lines += _family(document, target, family, everything)
    return lines


def _family(document: Json, target: Json, family: Json, everything: bool) -> list[str]:
    means = partial(verdict, document, family["kind"])
    rules = [rule for rule in family["rules"] if everything or means(rule) != QUIET]
    lines = [_line(rule["rule"], rule, means(rule)) for rule in rules]
    model = family["combined"]
    if model and (model["tells"] or everything):
        lines.append(_line(tree_words(model["used"]), model, means(model)))
    head = TABLE.format(f"  {WHERE[family['kind']]}", "accuracy", "right", "AUC", "p", "verdict")
    silent = len(family["rules"]) - len(rules)
    alike = f"no sign in {silent} other {'feature' if silent == 1 else 'features'}; " if silent else ""
    alike += f"{len(family['constant'])} are alike in all cases"
    remedies = dict.fromkeys(rule["remedy"] for rule in rules if rule["tells"])
    few = [f"    {family['too_few']}"] if family["too_few"] not in ("", target["too_few"]) else []
    return ["", head, *lines, f"    {alike}", *few, *(f"    Remedy: {remedy}" for remedy in remedies)]


def _line(name: str, rule: Json, means: str) -> str:
    name = name if len(name) <= WIDTH else f"{name[: WIDTH - 1]}…"
    right = f"{rule['correct']}/{rule['cases']}"
    cells = (share(rule["accuracy"]), right, share(rule["auc"], 2), p_words(rule["p"]), means)
    return TABLE.format(f"    {name}", *cells)


def _duplicate(pair: Json) -> str:
    how = pair["how"] if pair["how"] == "exact" else f"{pair['how']}, correlation {pair['correlation']:.3f}"
    truth = "; their truth DIFFERS: one of them is wrong" if pair["contradicts"] else ""
    return f"{pair['first']} and {pair['second']}: {how}{truth}"


def set_words(refusals: Iterable[str]) -> str:
    """What it means that files tell the case set, where they do."""
    return SET_TOLD if any(refusal.startswith(f"{CASE_SET} is told") for refusal in refusals) else ""


def _closing(document: Json) -> list[str]:
    if document["refusals"]:
        head = "REFUSED" if at_gate(document) else "TELLS"
        said = [f"{head}: {refusal}." for refusal in document["refusals"]]
        return said + [words for words in [set_words(document["refusals"])] if words]
    if few := [target["target"] for target in document["targets"] if target["too_few"]]:
        return [f"Nothing found in the readers' files, but too few cases to tell of: {', '.join(few)}."]
    return [f"No file that readers get tells truth or case set{NO_OBSTACLE if at_gate(document) else ''}."]

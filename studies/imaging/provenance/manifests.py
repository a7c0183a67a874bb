"""C2PA manifests, walked whole: what made the picture often stands in an ingredient's manifest.

Codes are kept as they are. Real files come out Invalid (certificates end, no list of trusted issuers is kept
here): one tick or cross would hide what holds and what does not."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from studies.imaging.provenance.record import MOST, Action, Code, Manifest, Provenance

MARKS = (b"jumb", b"c2pa", b"dcterms:provenance")
# Reading must never reach for the network: neither manifests elsewhere nor revocation lists.
SETTINGS = {
    "version": 1,
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_reading": True},
}
DEEPEST = 12
KINDS = ("failure", "informational", "success")


def read_manifests(data: bytes, media_type: str) -> Provenance:
    """Every manifest of one file; a file that the library cannot read gives the reason."""
    if not any(mark in data for mark in MARKS):
        return Provenance()
    import c2pa  # costs a start-up that most files need not pay

    try:
        with (
            c2pa.Context.from_dict(SETTINGS) as context,
            c2pa.Reader(media_type, io.BytesIO(data), context=context) as reader,
        ):
            return _walked(json.loads(reader.json()))
    except c2pa.C2paError.ManifestNotFound:
        return Provenance()
    except (c2pa.C2paError, ValueError, TypeError, AttributeError, RecursionError) as error:
        return Provenance(failures=(f"C2PA was not read: {error}"[:300],))


def _walked(store: Mapping[str, Any]) -> Provenance:
    labels = list(store.get("manifests", {}))
    active = store.get("active_manifest") or ""
    found = dict(_codes(store, labels, active))
    ordered = sorted(labels, key=lambda label: label != active)
    manifests = tuple(
        _manifest(label, store["manifests"][label], label == active, found.get(label, ()))
        for label in ordered[:MOST]
    )
    state = str(store.get("validation_state") or "")
    return Provenance(manifests=manifests, state=state, left_out=max(0, len(labels) - MOST))


def _manifest(label: str, said: Mapping[str, Any], active: bool, codes: tuple[Code, ...]) -> Manifest:
    signature = said.get("signature_info") or {}
    ingredients = [row for row in said.get("ingredients") or [] if isinstance(row, dict)]
    recorded = (code for row in ingredients for code in _recorded(row))
    return Manifest(
        label=label,
        active=active,
        generators=tuple(dict.fromkeys(_generators(said))),
        actions=tuple(dict.fromkeys(a for row in said.get("assertions") or [] for a in _actions(row))),
        issuer=str(signature.get("issuer") or ""),
        common_name=str(signature.get("common_name") or ""),
        algorithm=str(signature.get("alg") or ""),
        signed_time=str(signature.get("time") or ""),
        codes=tuple(dict.fromkeys([*codes, *recorded])),
        ingredients=tuple(str(row.get("active_manifest") or row.get("title") or "") for row in ingredients),
    )


def _generators(said: Mapping[str, Any]) -> Iterator[str]:
    if said.get("claim_generator"):
        yield str(said["claim_generator"])
    for row in said.get("claim_generator_info") or []:
        yield " ".join(str(row[key]) for key in ("name", "version") if row.get(key))


def _actions(assertion: Mapping[str, Any]) -> Iterator[Action]:
    """Actions, and any other assertion's digitalSourceType under the assertion's own label."""
    label, data = str(assertion.get("label") or ""), assertion.get("data")
    if label.startswith("c2pa.actions") and isinstance(data, dict):
        for row in [*(data.get("actions") or []), *(data.get("templates") or [])]:
            agent = row.get("softwareAgent") or ""
            if isinstance(agent, dict):
                agent = " ".join(str(agent[key]) for key in ("name", "version") if agent.get(key))
            yield Action(str(row.get("action") or ""), str(row.get("digitalSourceType") or ""), str(agent))
        return
    for source in _source_types(data, DEEPEST):
        yield Action(label, source)


def _source_types(data: Any, depth: int) -> Iterator[str]:
    rows = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in rows:
        if isinstance(value, str) and str(key).lower().endswith("digitalsourcetype"):
            yield value
        elif depth:
            yield from _source_types(value, depth - 1)


def _codes(
    store: Mapping[str, Any], labels: list[str], active: str
) -> Iterator[tuple[str, tuple[Code, ...]]]:
    """What was found here, by the manifest that the code's address names; else by the active one."""
    results = store.get("validation_results") or {}
    parts = [results.get("activeManifest") or {}]
    parts += [row.get("validationDeltas") or {} for row in results.get("ingredientDeltas") or []]
    by_label: dict[str, dict[Code, None]] = {}
    for part in parts:
        for kind in KINDS:
            for row in part.get(kind) or []:
                label = next((one for one in labels if one in str(row.get("url"))), active)
                by_label.setdefault(label, {})[Code(kind, str(row.get("code")))] = None
    for label, codes in by_label.items():
        yield label, tuple(codes)


def _recorded(ingredient: Mapping[str, Any]) -> Iterator[Code]:
    """What the signer says to have found when the ingredient was taken in."""
    part = (ingredient.get("validation_results") or {}).get("activeManifest") or {}
    for kind in KINDS:
        for row in part.get(kind) or []:
            yield Code(kind, str(row.get("code")), recorded=True)
    for row in ingredient.get("validation_status") or []:
        yield Code("failure", str(row.get("code")), recorded=True)

"""study.yaml <-> frozen dataclasses."""

from studies.protocol.definition import (
    AnalysisPlan,
    Choice,
    NormaliseRecipe,
    Protocol,
    Question,
    SessionDefinition,
    TruthTerms,
)
from studies.protocol.parsing import from_json, parse
from studies.protocol.viewing import DisplayDefinition, ViewerDefinition, WindowSize
from studies.protocol.writing import digest, to_json, to_yaml

__all__ = [
    "AnalysisPlan",
    "Choice",
    "DisplayDefinition",
    "NormaliseRecipe",
    "Protocol",
    "Question",
    "SessionDefinition",
    "TruthTerms",
    "ViewerDefinition",
    "WindowSize",
    "digest",
    "from_json",
    "parse",
    "to_json",
    "to_yaml",
]

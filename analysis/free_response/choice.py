"""Which free-response figure of merit, with which covariance, how far along its curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from analysis.errors import UnknownChoice

Figure = Literal[
    "wafroc",
    "wafroc1",
    "afroc",
    "afroc1",
    "hrauc",
    "hrse",
    "hrsp",
    "lroc",
    "pcl",
    "froc",
    "roi",
    "maxllf",
    "maxnlf",
    "maxnlf-all",
]
Covariance = Literal["jackknife", "delong"]
FIGURES: tuple[Figure, ...] = get_args(Figure)
COVARIANCES: tuple[Covariance, ...] = get_args(Covariance)
PAIRED = ("wafroc", "wafroc1", "afroc", "afroc1", "hrauc", "lroc", "roi")
LIMITED = ("lroc", "pcl", "froc")
PCL_LIMIT = 0.2
FROC_NOTE = "the area under a whole FROC curve grows with every false mark; give a limit to compare readers"


@dataclass(frozen=True)
class Choice:
    """A figure, the covariance of its errors, and how far a curve goes (`limit`); checked."""

    figure: Figure = "wafroc"
    covariance: Covariance = "jackknife"
    limit: float | None = None

    def __post_init__(self) -> None:
        for name, known in ((self.figure, FIGURES), (self.covariance, COVARIANCES)):
            if name not in known:
                raise UnknownChoice(f"'{name}'", "it is not known", f"choose one of {', '.join(known)}")
        if self.covariance == "delong" and (self.figure not in PAIRED or self.limit is not None):
            where = f"covariance 'delong' for {self.name}"
            raise UnknownChoice(where, "components are of shares of pairs alone", "choose jackknife")
        if self.limit is None:
            if self.figure == "pcl":
                object.__setattr__(self, "limit", PCL_LIMIT)
            return
        if self.figure not in LIMITED:
            where = f"a limit for {self.figure}"
            raise UnknownChoice(where, f"limits are for {', '.join(LIMITED)}", "leave it out")
        if not 0 < self.limit < np.inf or (self.figure != "froc" and self.limit > 1):
            told = "above 0" if self.figure == "froc" else "above 0, at most 1"
            raise UnknownChoice(f"limit {self.limit}", f"it is {told}", "give for example 0.2")

    @property
    def name(self) -> str:
        return self.figure if self.limit is None else f"{self.figure} up to {self.limit:g}"

    @property
    def bounds(self) -> tuple[float, float]:
        """The range of the figure."""
        if self.figure in ("maxnlf", "maxnlf-all") or (self.figure == "froc" and self.limit is None):
            return 0.0, np.inf
        return 0.0, 1.0 if self.limit is None or self.figure == "pcl" else self.limit

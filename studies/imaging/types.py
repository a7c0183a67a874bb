"""Array shapes that the package speaks of."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint16]
"""One frame's grey values (rows, columns), unsigned, as the derivative keeps them."""

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]
Values = NDArray[Any]
"""Whole numbers as a file stores them, of whatever width and sign."""

"""Study folders of phantoms in every form that is measured."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless

from bench.viewer import pictures
from studies.imaging.types import Grey

SOURCES = 4
STEP = 24  # pixels from one square that is cut out to the next
STUDY_YAML = """
format: 1
slug: bench
title: Import
contact: coordinator@example.org
truth: {positive: present, negative: absent, reference_standard: Drawn so.}
consent: You are invited to read phantoms.
debrief: These were phantoms.
questions:
  call: {kind: choice, role: call, label: "Is it there?", choices: {absent: "No", present: "Yes"}}
  confidence: {kind: scale, role: confidence, label: "How sure?", choices: {1: Unsure, 2: Sure, 3: Certain}}
sessions:
  - {key: only, title: Detection, condition: informed, case_set: main, briefing: Decide for each.,
     reveal: true, questions: [call, confidence]}
analysis: {primary: accuracy}
seed: 1
"""


@dataclass(frozen=True)
class Form:
    """`plug_in`: the decoder that makes the floor; what pydicom brings where it is empty. `side`: of square
    pictures cut from larger ones. `limited`: whether the limit is for these."""

    name: str
    syntax: UID
    plug_in: str
    images: int
    side: int | None = None
    limited: bool = True


LARGE = Form("2048 x 2500, uncompressed", ExplicitVRLittleEndian, "", 8)
SMALL = Form("500 of 256 x 256, uncompressed", ExplicitVRLittleEndian, "", 500, 256)
FORMS = (
    LARGE,
    Form("2048 x 2500, JPEG-LS", JPEGLSLossless, "pyjpegls", 8),
    Form("2048 x 2500, JPEG 2000", JPEG2000Lossless, "pylibjpeg", 6),
    SMALL,
    Form("500 of 64 x 64, uncompressed", ExplicitVRLittleEndian, "", 500, 64, limited=False),
)


def contents(form: Form, count: int) -> Iterator[bytes]:
    """Files of pictures that all have values of their own: the importer keeps what is the same once."""
    sources = [pictures.radiograph(seed) for seed in range(1 if form.side else SOURCES)]
    for number in range(count):
        if form.side:
            yield dicom(cut(sources[0], number, form.side), form)
        else:
            yield dicom(sources[number % SOURCES] + np.uint16(number // SOURCES), form)


def dicom(values: Grey, form: Form) -> bytes:
    plain = pictures.dicom(values.astype("<u2").tobytes(), ExplicitVRLittleEndian)
    image = dcmread(io.BytesIO(plain))
    image.Rows, image.Columns = values.shape
    if form.syntax.is_compressed:
        image.compress(form.syntax, values, encoding_plugin=form.plug_in, generate_instance_uid=False)
    stored = io.BytesIO()
    image.save_as(stored, enforce_file_format=True)
    return stored.getvalue()


def cut(values: Grey, number: int, side: int) -> Grey:
    """A square like no other of the same source."""
    row, column = divmod(number, (values.shape[1] - side) // STEP)
    return np.ascontiguousarray(values[STEP * row :, STEP * column :][:side, :side])


def write_study(folder: Path, files: Iterable[bytes]) -> Path:
    """A folder that the importer takes."""
    folder.mkdir()
    (folder / "study.yaml").write_text(STUDY_YAML)
    rows = ["case,case_set,truth,image"]
    for number, content in enumerate(files):
        (folder / f"{number:04}.dcm").write_bytes(content)
        rows.append(f"C{number:04},main,{('absent', 'present')[number % 2]},{number:04}.dcm")
    (folder / "cases.csv").write_text("\n".join(rows) + "\n")
    return folder

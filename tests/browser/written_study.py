"""A study of one binary question over real DICOM files, for drills through the real server."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

from studies import audit, enrolment, lifecycle
from studies.ingest import load
from studies.models import Study
from tests.studies.builders import looked_at

Grey = NDArray[np.uint16]

GRAYSCALE_WORD = UID("1.2.840.10008.5.1.4.1.1.7.3")
STUDY = """
format: 1
slug: drill
title: Radiograph reading
contact: coordinator@example.org
truth: {positive: present, negative: absent, reference_standard: Known by construction.}
consent: You are invited to read images.
debrief: Thank you for reading.
profile: [specialty, years, institution, country]
questions:
  call: {kind: choice, role: call, label: "Is a nodule there?", choices: {absent: "No", present: "Yes"}}
sessions:
  - {key: reading, title: Reading, condition: alone, case_set: all, briefing: Read each image.,
     questions: [call]}
analysis: {primary: accuracy}
readers: readers.csv
seed: 3
"""


def open_study(folder: Path, images: Iterable[Grey], times: int = 1) -> Study:
    """Images of rows x columns, or of frames x rows x columns; `times` cases show the same."""
    (folder / "images").mkdir(parents=True)
    (folder / "study.yaml").write_text(STUDY)
    (folder / "readers.csv").write_text(
        "name,email,specialty,years,institution,country,arm\n"
        "Reader 1,reader1@example.org,thoracic,5,Centre,DE,\n"
    )
    rows = ["case,case_set,truth,image,patient"]
    for number, values in enumerate(images):
        write_dicom(folder / f"{number}.dcm", values)
        for again in range(times):
            name, truth = f"{number}-{again}", ("absent", "present")[(number + again) % 2]
            (folder / "images" / f"{name}.dcm").hardlink_to(folder / f"{number}.dcm")
            rows.append(f"C{name},all,{truth},images/{name}.dcm,P{name}")
    (folder / "cases.csv").write_text("\n".join(rows) + "\n")
    load(folder, audit.OPERATOR)
    lifecycle.open_study(looked_at(Study.objects.get(slug="drill")), audit.OPERATOR)
    return Study.objects.get(slug="drill")


def link(study: Study, server: str) -> str:
    return f"{server}/read/{enrolment.invite(study.readers.get(), audit.OPERATOR)}/"


def write_dicom(path: Path, values: Grey) -> None:
    """12 bits in 16; a stack is one file of many frames."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID = GRAYSCALE_WORD, ExplicitVRLittleEndian
    meta.MediaStorageSOPInstanceUID = generate_uid()
    file = FileDataset(str(path), {}, file_meta=meta, preamble=bytes(128))
    file.SOPClassUID, file.SOPInstanceUID = GRAYSCALE_WORD, meta.MediaStorageSOPInstanceUID
    file.Modality, file.BurnedInAnnotation = "OT", "NO"
    file.Rows, file.Columns = values.shape[-2:]
    if values.ndim == 3:
        file.NumberOfFrames = len(values)
    file.SamplesPerPixel, file.PhotometricInterpretation = 1, "MONOCHROME2"
    file.BitsAllocated, file.BitsStored, file.HighBit, file.PixelRepresentation = 16, 12, 11, 0
    file.WindowCenter, file.WindowWidth = 2048, 4096
    file.PixelData = values.astype("<u2").tobytes()
    file.save_as(path, enforce_file_format=True)

"""Phantoms as DICOM files: Digital X-Ray images with names and numbers in the header that no reader may see.

Both kinds are written by the same lines, so that nothing but the picture differs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

from studies.phantoms.rendering import WHITE, Grey12

FAMILY = ("Vantongeren", "Okwuosa", "Lindqvist", "Sarmiento", "Brzeski", "Haldorsen", "Iwamoto", "Delacroix")
GIVEN = ("Marit", "Tobias", "Yusuf", "Annelore", "Kaito", "Beatriz", "Oskar", "Nkechi")
WRITER_VERSION = "RSF_PHANTOMS_1"


@dataclass(frozen=True)
class Header:
    """What one file says of itself; made up, and the same sort of thing for every case."""

    case: str
    sex: str
    age: int
    region: str
    view: str
    spacing_mm: float
    inverted: bool
    centre: float
    width: float


def write(path: Path, grey: Grey12, header: Header, seed: int, random: np.random.Generator) -> None:
    dataset = Dataset()
    _identify(dataset, header, seed, random)
    _describe(dataset, header)
    stored = WHITE - grey if header.inverted else grey
    dataset.Rows, dataset.Columns = grey.shape
    dataset.PixelData = np.ascontiguousarray(stored, "<u2").tobytes()
    dataset["PixelData"].VR = "OW"
    dataset.save_as(path, enforce_file_format=True)


def _identify(dataset: Dataset, header: Header, seed: int, random: np.random.Generator) -> None:
    def identifier(level: str) -> UID:
        return generate_uid(entropy_srcs=[str(seed), header.case, level])

    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    dataset.file_meta.ImplementationVersionName = WRITER_VERSION
    dataset.SOPClassUID = DigitalXRayImageStorageForPresentation
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = identifier("image")
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = identifier("study"), identifier("series")
    dataset.PatientName = f"{random.choice(FAMILY)}^{random.choice(GIVEN)}"
    dataset.PatientID = f"MRN{random.integers(10**7, 10**8)}"
    dataset.PatientBirthDate = f"{2024 - header.age}{random.integers(1, 13):02}{random.integers(1, 29):02}"
    dataset.PatientSex = header.sex
    dataset.AccessionNumber = f"A{random.integers(10**6, 10**7)}"
    dataset.InstitutionName = "Demonstration Hospital"
    dataset.StudyDate = f"2024{random.integers(1, 13):02}{random.integers(1, 29):02}"
    dataset.StudyTime = f"{random.integers(7, 19):02}{random.integers(0, 60):02}00"
    dataset.StudyID, dataset.SeriesNumber, dataset.InstanceNumber = "1", 1, 1
    dataset.ReferringPhysicianName = ""


def _describe(dataset: Dataset, header: Header) -> None:
    dataset.Modality = "DX"
    dataset.BodyPartExamined, dataset.ViewPosition = header.region.upper(), header.view
    dataset.ImagerPixelSpacing = [header.spacing_mm, header.spacing_mm]
    dataset.PresentationIntentType, dataset.BurnedInAnnotation = "FOR PRESENTATION", "NO"
    dataset.SamplesPerPixel, dataset.PixelRepresentation = 1, 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PhotometricInterpretation = "MONOCHROME1" if header.inverted else "MONOCHROME2"
    dataset.PresentationLUTShape = "INVERSE" if header.inverted else "IDENTITY"
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = 1, 0, "US"
    dataset.PixelIntensityRelationship, dataset.PixelIntensityRelationshipSign = "LOG", 1
    dataset.LossyImageCompression = "00"
    dataset.WindowCenter = WHITE - header.centre if header.inverted else header.centre
    dataset.WindowWidth = header.width
    dataset.VOILUTFunction = "LINEAR"

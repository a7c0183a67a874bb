"""Phantoms as DICOM that say in twelve ways who their patient is, and once in the picture.

Beside them the search that finds any of it again, however it is coded or packed."""

import base64
import gzip
import html
import io
import re
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pydicom
import zstandard
from PIL import Image, ImageDraw
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import CTImageStorage, RLELossless
from scipy.signal import correlate

from studies.imaging.coding import decode_payload
from studies.imaging.types import Values
from studies.phantoms import chest
from studies.phantoms.files import Header, write
from studies.phantoms.geometry import Detector
from studies.phantoms.rendering import acquired
from tests.imaging.builders import lut
from tests.planted import STUDY_YAML

PLANTS = {
    "patient": "Quillfeather",
    "patient ID": "MRNZ7730915526",
    "birth date": "19370211",
    "accession number": "ACCQ44718309",
    "institution": "Thorvaldsklinik",
    "referring physician": "Pemberwick",
    "private block": "Oxenhammer",
    "private block in a sequence": "Inskipottoline",
    "nested sequence": "Crickmorebarnabas",
    "overlay and comments": "Thistlewoodnote",
    "serial number and UID root": "77315509248",
    "file name": "Wolverstone-Ignatius",
}
UID_ROOT = f"1.2.826.0.1.3680043.10.{PLANTS['serial number and UID root']}"
UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "SOPInstanceUID")
SIZE = (160, 128)
AT = (6, 5)  # column and row of the name that is drawn into the first picture


def written(text: str) -> Values:
    """A name as machines draw it into pictures."""
    box = ImageDraw.Draw(Image.new("1", (1, 1))).textbbox((0, 0), text)
    drawn = Image.new("1", (int(box[2]), int(box[3])))
    ImageDraw.Draw(drawn).text((0, 0), text, fill=1)
    return np.asarray(drawn)


NAME = written("Quillfeather 19370211")
RECTANGLE = (AT[0] - 1, AT[1] - 1, NAME.shape[1] + 2, NAME.shape[0] + 2)


def write_study(folder: Path) -> Path:
    """A study's folder of four cases; the first has a name in its picture, the last is a stack."""
    folder.mkdir(parents=True)
    (folder / "study.yaml").write_text(f"{STUDY_YAML}viewer: {{overlays: true}}\n")
    (folder / "readers.csv").write_text(
        "name,email,specialty,years\nReader 1,reader1@example.org,thoracic,3\n"
    )
    names = write_images(folder / "images")
    rows = [f"K{number},gpt4o,{value},images/{name}" for number, (name, value) in enumerate(names)]
    (folder / "cases.csv").write_text("\n".join(["case,case_set,truth,image", *rows, ""]))
    return folder


def write_images(folder: Path) -> list[tuple[str, str]]:
    """Names with truth: a radiograph with a burned-in name, an inverted one, a packed one, a CT."""
    folder.mkdir(parents=True)
    name = PLANTS["file name"]
    for number in range(3):
        _radiograph(folder / f"{name}-{number}.dcm", number)
    (folder / name).mkdir()
    for number in range(3):
        _slice(folder / name / f"{number}.dcm", number)
    files = [*(f"{name}-{number}.dcm" for number in range(3)), name]
    return list(zip(files, ["synthetic", "authentic"] * 2, strict=True))


def _radiograph(path: Path, number: int) -> None:
    grey, random = _chest(number).copy(), np.random.default_rng(number)
    if number == 0:
        _in_picture(grey, 4095)
    write(path, grey, Header("K", "F", 60, "chest", "PA", 2.5, number == 1, 2048, 3900), number, random)
    dataset = pydicom.dcmread(path)
    plant(dataset, number)
    if number == 2:
        dataset.compress(RLELossless)
        dataset.VOILUTSequence = lut(np.arange(4096), 0, 12)
        _private(dataset.VOILUTSequence[0], PLANTS["private block in a sequence"])
        dataset.VOILUTSequence[0].LUTExplanation = PLANTS["patient"]
    dataset.save_as(path, enforce_file_format=True)


@cache
def _chest(number: int) -> Values:
    random = np.random.default_rng(number)
    return acquired(chest.attenuation(Detector(*SIZE, 0.25), random), random, 20_000, 0.35)


def _in_picture(values: Values, white: int) -> Values:
    rows, columns = NAME.shape
    values[AT[1] : AT[1] + rows, AT[0] : AT[0] + columns][NAME] = white
    return values


def _slice(path: Path, number: int) -> None:
    """Of one series; its values fall below zero."""
    _radiograph(path, 3 + number)
    dataset = pydicom.dcmread(path)
    for keyword in UIDS[:3]:
        setattr(dataset, keyword, f"{UID_ROOT}.{len(keyword)}.3")
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
    dataset.Modality, dataset.InstanceNumber, dataset.RescaleIntercept = "CT", number + 1, -1024
    dataset.ImageOrientationPatient, dataset.PixelSpacing = [1, 0, 0, 0, 1, 0], [2.5, 2.5]
    dataset.ImagePositionPatient = [0, 0, 5 * number]
    dataset.save_as(path, enforce_file_format=True)


def plant(dataset: Dataset, number: int) -> None:
    """All twelve but the file's name, some in more than one place."""
    said = PLANTS
    dataset.preamble = said["patient"].encode().ljust(128, b"\0")
    dataset.PatientName = f"{said['patient']}^Wilhelmina"
    dataset.PatientID, dataset.PatientBirthDate = said["patient ID"], said["birth date"]
    dataset.AccessionNumber, dataset.InstitutionName = said["accession number"], said["institution"]
    dataset.ReferringPhysicianName = f"{said['referring physician']}^Alastair"
    dataset.DeviceSerialNumber = said["serial number and UID root"]
    for keyword in UIDS:
        setattr(dataset, keyword, f"{UID_ROOT}.{len(keyword)}.{number}")
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    _private(dataset, said["private block"])
    inner, request = Dataset(), Dataset()
    inner.CodeValue, inner.CodingSchemeDesignator, inner.CodeMeaning = "1", "L", said["nested sequence"]
    request.RequestedProcedureDescription = said["nested sequence"]
    request.ScheduledProtocolCodeSequence = Sequence([inner])
    _private(request, said["private block in a sequence"])
    dataset.RequestAttributesSequence = Sequence([request])
    dataset.ImageComments = dataset.WindowCenterWidthExplanation = said["overlay and comments"]
    dataset.DerivationDescription = said["overlay and comments"]
    for element, size in {0x0010: SIZE[0], 0x0011: SIZE[1], 0x0100: 1, 0x0102: 0}.items():
        dataset.add_new((0x6000, element), "US", size)
    for element in (0x0022, 0x1500):
        dataset.add_new((0x6000, element), "LO", said["overlay and comments"])
    drawn = _in_picture(np.zeros(SIZE, np.uint16), 1 if number == 0 else 0)
    dataset.add_new((0x6000, 0x3000), "OW", np.packbits(drawn.astype(bool), bitorder="little").tobytes())
    dataset.add_new((0xFFFC, 0xFFFC), "OB", said["patient ID"].encode())


def _private(dataset: Dataset, said: str) -> None:
    block = dataset.private_block(0x0011, f"{said} 1.0"[:64], create=True)
    block.add_new(1, "LO", said)
    block.add_new(2, "UN", said.encode())


def told(data: bytes) -> set[str]:
    """Which of the twelve are in some bytes, or in anything that is packed in them."""
    return {plant for layer in layers(data) for plant in _in(layer)}


def _in(data: bytes) -> set[str]:
    lower = data.lower()
    return {
        plant
        for plant, (folded, exact) in _needles().items()
        if any(needle in lower for needle in folded) or any(needle in data for needle in exact)
    }


@cache
def _needles() -> dict[str, tuple[set[bytes], set[bytes]]]:
    """By plant: what to look for in lower case (text of one byte or two, hex), and as it is (base64)."""
    made = {}
    for plant, text in PLANTS.items():
        forms = [form.encode() for form in {text, text.upper(), text.lower()}]
        small = text.lower().encode()
        folded = {
            small,
            b"\0".join(bytes([byte]) for byte in small),
            *(form.hex().encode() for form in forms),
        }
        exact = {_base64_of(form, before) for form in forms for before in range(3)}
        made[plant] = folded, exact | {needle.translate(bytes.maketrans(b"+/", b"-_")) for needle in exact}
    return made


def _base64_of(text: bytes, before: int) -> bytes:
    """The characters that stand for the text alone, wherever it begins in a group of three bytes."""
    coded = base64.b64encode(b"\0" * before + text)
    return coded[-(-before * 8 // 6) : (before + len(text)) * 8 // 6]


def layers(data: bytes) -> Iterator[bytes]:
    """Some bytes, and all that is packed within them."""
    yield data
    for inner in _unpacked(data):
        if inner != data:
            yield from layers(inner)


def _unpacked(data: bytes) -> Iterator[bytes]:
    if data.startswith(b"\x1f\x8b"):
        yield gzip.decompress(data)
    elif data.startswith(b"\x28\xb5\x2f\xfd"):
        yield zstandard.ZstdDecompressor().decompressobj().decompress(data)
    elif data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield "\n".join(archive.namelist()).encode()
            yield from (archive.read(name) for name in archive.namelist())
    elif data.startswith(b"\x89PNG"):
        with Image.open(io.BytesIO(data)) as picture:
            yield picture.tobytes() + repr(picture.info).encode()
    elif data[128:132] == b"DICM":
        yield pydicom.dcmread(io.BytesIO(data)).pixel_array.tobytes()
    elif b"&#" in data or b"\\u00" in data:
        text = html.unescape(data.decode("utf-8", "replace"))
        yield re.sub(r"\\u00([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), text).encode()
    for coded in re.findall(rb";base64,([A-Za-z0-9+/=]+)", data):
        yield base64.b64decode(coded)


def shows_name(data: bytes) -> bool:
    """Whether any picture that the bytes hold shows the name that was drawn into the first one.

    A thumbnail blurs it to a likeness of 0.57; pictures without it come to 0.11.
    """
    return any(_match(picture) > 0.4 for picture in pictures(data))


def pictures(data: bytes) -> Iterator[Values]:
    """Each frame of a PNG, of DICOM, or of what a reader's browser gets."""
    if data.startswith(b"\x89PNG"):
        yield np.asarray(Image.open(io.BytesIO(data)).convert("F"))
    elif data[128:132] == b"DICM":
        values = pydicom.dcmread(io.BytesIO(data)).pixel_array
        yield from values.reshape(-1, *values.shape[-2:])
    elif data.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd")):
        yield decode_payload(next(_unpacked(data)))


def _match(picture: Values) -> float:
    """The largest correlation, of either sign, of any place with the drawn name; 1 is the name itself."""
    grey = np.asarray(picture, np.float64)
    if grey.shape != SIZE:
        grey = np.asarray(Image.fromarray(grey.astype(np.float32)).resize(SIZE[::-1]), np.float64)
    grey = (grey - grey.min()) / (np.ptp(grey) or 1)
    name, count = NAME - NAME.mean(), NAME.size
    ones = np.ones(NAME.shape)
    likeness, total, squares = (
        correlate(values, kernel, "valid", "fft")
        for values, kernel in ((grey, name), (grey, ones), (grey**2, ones))
    )
    spread = np.sqrt(np.maximum(squares - total**2 / count, 1e-3) * (name**2).sum())
    return float(np.abs(likeness / spread).max())

"""What leaves as DICOM holds the picture and nothing of its patient."""

import io
from datetime import date
from pathlib import Path

import numpy as np
import pydicom
import pytest
from dicomanonymizer.dicom_anonymization_databases import dicomfields_2024b as annex_e
from pydicom import Dataset, dcmread
from pydicom.data import get_testdata_file
from pydicom.sequence import Sequence

from studies.deidentification.file import deidentified_file
from studies.deidentification.keeplist import KEPT
from studies.deidentification.subject import Subject
from studies.imaging import errors
from studies.imaging.blackout import Rectangle
from studies.imaging.limits import Limits
from tests.conftest import SHARED

PLANTED = "DOE^JANE"
SUBJECT = Subject("case-007", "patient-3", b"a secret of the study")


def left(
    dataset: Dataset, *rectangles: Rectangle, subject: Subject = SUBJECT, looked_at: bool = True
) -> bytes:
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, dataset)
    return deidentified_file(stream.getvalue(), subject, rectangles, looked_at, Limits())


def read(data: bytes) -> Dataset:
    return dcmread(io.BytesIO(data))


def example(name: str = "CT_small.dcm") -> Dataset:
    return dcmread(str(get_testdata_file(name)))


def planted() -> Dataset:
    """Every element of text, at every level that is kept, says who the patient is."""
    dataset = example()
    for keyword in pydicom.datadict.keyword_dict:
        vr = pydicom.datadict.dictionary_VR(pydicom.datadict.tag_for_keyword(keyword))
        group = pydicom.datadict.tag_for_keyword(keyword) >> 16
        if vr in {"LO", "SH", "PN", "LT", "ST", "UT", "CS"} and group > 8 and keyword not in dataset:
            setattr(dataset, keyword, PLANTED)
    inner = Dataset()
    inner.PatientName, inner.LUTExplanation = PLANTED, PLANTED
    inner.LUTDescriptor = [2, 0, 16]
    inner.add_new("LUTData", "OW", b"\0\0\xff\xff")
    dataset.VOILUTSequence = Sequence([inner])
    dataset.BodyPartExamined = dataset.ViewPosition = PLANTED
    dataset.private_block(0x0099, "PLANTED", create=True).add_new(1, "LO", PLANTED)
    return dataset


def test_nothing_kept_is_touched_by_the_basic_profile() -> None:
    touched = {
        (tag[0] << 16) | tag[1]
        for name in dir(annex_e)
        if name.endswith("_TAGS") and name != "ALL_TAGS"
        for tag in getattr(annex_e, name)
        if len(tag) == 2
    }
    assert len(touched) > 400 and not KEPT & touched


def test_planted_names_are_gone_at_every_level() -> None:
    data = left(planted())
    assert b"DOE" not in data and b"PLANTED" not in data
    assert "LUTData" in read(data).VOILUTSequence[0]


def test_a_number_that_is_none_is_dropped() -> None:
    dataset = example()
    dataset.KVP = "120"
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, dataset)
    at = stream.getvalue().index(b"\x18\x00\x60\x00DS")
    forged = stream.getvalue()[:at] + stream.getvalue()[at:].replace(b"120 ", b"DOE ", 1)
    assert forged != stream.getvalue()
    assert b"DOE" not in deidentified_file(forged, SUBJECT, (), True, Limits())


@pytest.mark.parametrize("vr", ["AE", "AS", "DA", "DT", "OB", "OF", "OW", "TM", "UR"])
@pytest.mark.parametrize("keyword", ["KVP", "PixelPaddingValue", "DimensionIndexValues"])
def test_a_number_that_calls_itself_something_else_is_dropped(keyword: str, vr: str) -> None:
    dataset, name = example(), "DOE^JOHN"
    with pydicom.config.disable_value_validation():
        dataset.add_new(keyword, vr, name.encode() if vr[0] == "O" else name)
        assert b"DOE" not in left(dataset)


def test_what_stands_behind_a_table_or_a_single_number_is_gone() -> None:
    dataset, inner = example(), Dataset()
    inner.LUTDescriptor = [2, 0, 16]
    inner.add_new("LUTData", "OW", b"\0\0\xff\xffDOE^JOHN")
    dataset.VOILUTSequence = Sequence([inner])
    dataset.add_new("RedPaletteColorLookupTableData", "OW", b"DOE^JOHN")  # without its descriptor
    dataset.add_new("PixelPaddingValue", "US", list(np.frombuffer(b"DOE^JOHN", "<u2")))
    data = left(dataset)
    assert b"DOE" not in data and read(data).VOILUTSequence[0].LUTData == b"\0\0\xff\xff"


def test_a_file_without_a_uid_is_refused_in_words() -> None:
    dataset = example()
    del dataset.SOPInstanceUID
    with pytest.raises(errors.UnreadableImage, match="SOP Instance UID"):
        left(dataset)


def test_private_elements_are_gone() -> None:
    assert not [element for element in read(left(planted())).iterall() if element.tag.is_private]


def test_it_says_that_and_how_it_was_done() -> None:
    made = read(left(example()))
    assert made.PatientIdentityRemoved == "YES" and made.DeidentificationMethod
    codes = [item.CodeValue for item in made.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "113107", "113101"]
    assert made.LongitudinalTemporalInformationModified == "MODIFIED"


def test_clean_pixels_are_claimed_only_when_somebody_looked() -> None:
    made = read(left(example(), looked_at=False))
    assert "113101" not in [item.CodeValue for item in made.DeidentificationMethodCodeSequence]
    assert "BurnedInAnnotation" not in made


def test_uids_are_new_and_stay_alike_within_a_study() -> None:
    there, made, again = example(), read(left(example())), read(left(example()))
    assert made.SOPInstanceUID == again.SOPInstanceUID == made.file_meta.MediaStorageSOPInstanceUID
    assert str(made.StudyInstanceUID).startswith("2.25.") and made.StudyInstanceUID != there.StudyInstanceUID
    elsewhere = Subject("case-007", "patient-3", b"another study")
    assert read(left(example(), subject=elsewhere)).SOPInstanceUID != made.SOPInstanceUID


def test_two_cases_share_no_uid() -> None:
    made, other = (
        read(left(example())),
        read(left(example(), subject=Subject("b", "patient-3", SUBJECT.secret))),
    )
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
        assert made[keyword].value != other[keyword].value


def test_what_an_archive_asks_for_is_there() -> None:
    dataset = example()
    del dataset.StudyInstanceUID, dataset.SeriesInstanceUID
    made = read(left(dataset))
    assert len({made.StudyInstanceUID, made.SeriesInstanceUID, made.SOPInstanceUID}) == 3


def test_days_move_alike_for_one_patient() -> None:
    first, second = Subject("a", "p", b"s"), Subject("b", "p", b"s")
    assert first.shift == second.shift != Subject("a", "q", b"s").shift
    moved = date.fromisoformat(first.day("20200301")), date.fromisoformat(second.day("20200331"))
    assert (moved[1] - moved[0]).days == 30 and moved[0] < date(2020, 3, 1)


@pytest.mark.parametrize("text", ["", "2020", "99999999", "DOE^JANE", "20200230"])
def test_a_day_that_is_none_is_left_empty(text: str) -> None:
    assert SUBJECT.day(text) == ""


def test_the_picture_stays_as_it_was() -> None:
    there, made = example(), read(left(example()))
    assert np.array_equal(made.pixel_array, there.pixel_array)
    assert (made.RescaleSlope, made.PixelSpacing) == (there.RescaleSlope, there.PixelSpacing)


def test_rectangles_are_black() -> None:
    made = read(left(example(), Rectangle(10, 20, 30, 5))).pixel_array
    assert (made[20:25, 10:40] == example().pixel_array.min()).all()
    assert (made[20:25, 40:] == example().pixel_array[20:25, 40:]).all()


def test_bits_beyond_those_stored_are_cleared() -> None:
    dataset = example("MR_small.dcm")
    dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 12, 11, 0
    dataset.PixelData = (np.asarray(dataset.pixel_array).astype("<u2") | 0x8000).tobytes()
    assert int(read(left(dataset)).pixel_array.max()) < 4096
    assert int(np.frombuffer(read(left(dataset)).PixelData, "<u2").max()) < 4096


@pytest.mark.parametrize(
    "name", ["examples_palette.dcm", "SC_rgb_small_odd.dcm", "examples_overlay.dcm", "JPEG2000.dcm"]
)
def test_colour_palette_and_many_frames_are_read_back_alike(name: str) -> None:
    there = example(name)
    made = read(
        deidentified_file(Path(str(get_testdata_file(name))).read_bytes(), SUBJECT, (), True, Limits())
    )
    assert np.array_equal(made.pixel_array, there.pixel_array)


def test_real_files_lose_their_patients() -> None:
    folder = SHARED / "data" / "dicom"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not on this machine")
    for path in sorted(folder.glob("*.dcm")):
        there = dcmread(path, force=True)
        if "PixelData" not in there:
            continue
        data = deidentified_file(path.read_bytes(), SUBJECT, (), True, Limits())
        for name in ("PatientName", "PatientID", "InstitutionName", "SOPInstanceUID", "StudyInstanceUID"):
            said = str(there.get(name) or "")
            assert len(said) < 5 or said.encode() not in data, (path.name, name)

"""Every real or difficult file at hand decodes or is refused by name; what is readable is known."""

from __future__ import annotations

from pathlib import Path

import pydicom.data
import pytest

from studies.imaging.decode import decode
from studies.imaging.display import apply
from studies.imaging.errors import Refused

SHARED = Path(__file__).parents[2].parent / "shared"
BUNDLED = Path(pydicom.data.__file__).parent / "test_files"
# Of pydicom's own files: no image, 32 bits a value, cut, damaged, or 12-bit JPEG.
REFUSED = {
    "NoPixelData": "ExplVR_BigEndNoMeta ExplVR_LitEndNoMeta UN_sequence empty_charset_LEI "
    "no_meta_group_length priv_SQ reportsi reportsi_with_empty_number_tags rtplan "
    "rtplan_truncated rtstruct test-SR waveform_ecg",
    "UnsupportedPixels": "SC_rgb_rle_32bit SC_rgb_rle_32bit_2frame rtdose rtdose_1frame rtdose_expb "
    "rtdose_expb_1frame rtdose_rle rtdose_rle_1frame",
    "UnreadableImage": "JPEG2000-embedded-sequence-delimiter badVR meta_missing_tsyntax nested_priv_SQ "
    "no_meta",
    "UnsupportedCompression": "JPEG-lossy JPGExtended",
    "Truncated": "MR_truncated",
}
KIND_OF = {name: kind for kind, names in REFUSED.items() for name in names.split()}


def files(folder: Path, pattern: str) -> list[Path]:
    return sorted(path for path in folder.glob(pattern) if path.is_file())


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("path", files(BUNDLED, "*.dcm"), ids=lambda path: path.stem)
def test_pydicoms_files(path: Path) -> None:
    kind = KIND_OF.get(path.stem)
    if kind is None:
        decoded = decode(path)
        grey = apply(decoded.display, decoded.frames[0])
        assert decoded.frames and 0 <= grey.min() <= grey.max() <= 1
    else:
        with pytest.raises(Refused) as refused:
            decode(path)
        assert type(refused.value).__name__ == kind


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared with real DICOM files is missing")
@pytest.mark.parametrize("path", files(SHARED / "data/dicom", "*"), ids=lambda path: path.stem)
def test_difficult_files_all_decode(path: Path) -> None:
    decoded = decode(path)
    assert {frame.shape for frame in decoded.frames} == {(decoded.rows, decoded.columns)}


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared with a real study is missing")
@pytest.mark.parametrize(
    "path", files(SHARED / "studies/deepfake-xray/images", "*"), ids=lambda path: path.stem
)
def test_a_real_studys_images_all_decode(path: Path) -> None:
    assert decode(path).bits == 8

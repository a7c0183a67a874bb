"""What survives of a DICOM data set; everything that is not named here is gone, private elements always.

Only elements that PS3.15 table E.1-1 leaves alone under the Basic Profile stand in KEPT: they describe the
picture, its geometry and how it was made, and hold no free text."""

from __future__ import annotations

from pydicom.datadict import tag_for_keyword

PICTURE = """
    SamplesPerPixel PhotometricInterpretation PlanarConfiguration NumberOfFrames Rows Columns BitsAllocated
    BitsStored HighBit PixelRepresentation SmallestImagePixelValue LargestImagePixelValue PixelPaddingValue
    PixelPaddingRangeLimit PixelAspectRatio PixelIntensityRelationship PixelIntensityRelationshipSign
    RedPaletteColorLookupTableDescriptor GreenPaletteColorLookupTableDescriptor
    BluePaletteColorLookupTableDescriptor RedPaletteColorLookupTableData GreenPaletteColorLookupTableData
    BluePaletteColorLookupTableData LossyImageCompression LossyImageCompressionRatio
    LossyImageCompressionMethod RescaleSlope RescaleIntercept RescaleType WindowCenter WindowWidth
    VOILUTFunction PresentationLUTShape ModalityLUTSequence VOILUTSequence LUTDescriptor LUTData
    ModalityLUTType
"""
GEOMETRY = """
    PixelSpacing ImagerPixelSpacing NominalScannedPixelSpacing PixelSpacingCalibrationType SliceThickness
    SpacingBetweenSlices SliceLocation ImagePositionPatient ImageOrientationPatient PatientOrientation
    Laterality ImageLaterality ViewPosition PatientPosition
"""
ACQUISITION = """
    SOPClassUID Modality ImageType BodyPartExamined SeriesNumber InstanceNumber KVP ExposureTime
    XRayTubeCurrent Exposure DistanceSourceToDetector DistanceSourceToPatient EchoTime RepetitionTime
    InversionTime FlipAngle MagneticFieldStrength ScanningSequence SequenceVariant EchoNumbers
    TemporalPositionIdentifier NumberOfTemporalPositions ConversionType
"""
FUNCTIONAL_GROUPS = """
    SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence PixelMeasuresSequence
    PlanePositionSequence PlaneOrientationSequence FrameVOILUTSequence PixelValueTransformationSequence
    FrameContentSequence FrameAnatomySequence FrameLaterality DimensionIndexValues InStackPositionNumber
    TemporalPositionIndex FrameAcquisitionNumber
"""
DATES = "StudyDate SeriesDate AcquisitionDate ContentDate"
UIDS = "StudyInstanceUID SeriesInstanceUID SOPInstanceUID FrameOfReferenceUID"
# Type 2 elements of every image: present, empty.
EMPTY = "PatientBirthDate PatientSex ReferringPhysicianName AccessionNumber StudyID StudyTime Manufacturer"


def tags(keywords: str) -> frozenset[int]:
    """The tags of keywords that the dictionary must know."""
    found = {keyword: tag_for_keyword(keyword) for keyword in keywords.split()}
    unknown = [keyword for keyword, tag in found.items() if tag is None]
    if unknown:
        raise KeyError(f"The DICOM dictionary lacks {', '.join(unknown)}.")
    return frozenset(tag for tag in found.values() if tag is not None)


KEPT = tags(PICTURE + GEOMETRY + ACQUISITION + FUNCTIONAL_GROUPS)
SHIFTED = tags(DATES)
REMAPPED = tags(UIDS)
EMPTIED = tags(EMPTY)

"""Words that code strings and short texts may hold when they leave; all others may be names, and go."""

from __future__ import annotations

_ORIENTATION = frozenset(
    "".join(letters)
    for first in "ALRPHF"
    for letters in [(first,), *((first, second) for second in "ALRPHF")]
)
# PS3.16 annex L, table L-1, where radiographs, CT and MR are made of.
_BODY_PARTS = """
    ABDOMEN ABDOMENPELVIS ADRENAL ANKLE ANUS AORTA ARM AXILLA BACK BLADDER BODY BONE BRAIN BREAST BUTTOCK
    CALCANEUS CALF CAROTID CEREBELLUM CERVIX CHEEK CHEST CHESTABDOMEN CHESTABDPELVIS CLAVICLE COCCYX COLON
    CSPINE CTSPINE EAR ELBOW ESOPHAGUS EXTREMITY EYE FACE FEMUR FINGER FOOT GALLBLADDER HAND HEAD HEADNECK
    HEART HIP HUMERUS IAC ILEUM ILIUM JAW JEJUNUM KIDNEY KNEE LARYNX LEG LIVER LSPINE LSSPINE LUNG MANDIBLE
    MAXILLA MEDIASTINUM NECK NECKCHEST NOSE ORBIT OVARY PANCREAS PATELLA PELVIS PENIS PHARYNX PROSTATE
    RADIUS RADIUSULNA RECTUM RIB SCALP SCAPULA SCLERA SCROTUM SELLA SHOULDER SINUS SKULL SPINE SPLEEN SSPINE
    STERNUM STOMACH TESTIS THIGH THUMB THYMUS THYROID TIBIA TIBIAFIBULA TLSPINE TMJ TOE TONGUE TRACHEA
    TSPINE ULNA URETER URETHRA UTERUS VAGINA VULVA WHOLEBODY WRIST ZYGOMA
"""
_VIEWS = "AP PA LL RL RLD LLD RLO LLO LAT OBL MLO CC LM ML LMO XCC AXIAL SUNRISE"

WORDS: dict[str, frozenset[str]] = {
    keyword: frozenset(words.split("|"))
    for keyword, words in {
        "Modality": "CR|DX|CT|MR|US|MG|XA|RF|PT|NM|OT|SC|IO|PX|ES|XC|GM|SM|OP|OPT|RG|BMD|DG|IVUS|XR",
        "ImageType": "ORIGINAL|DERIVED|PRIMARY|SECONDARY|AXIAL|LOCALIZER|PROJECTION IMAGE|OTHER|VOLUME|NONE",
        "PhotometricInterpretation": "MONOCHROME1|MONOCHROME2|PALETTE COLOR|RGB",
        "Laterality": "R|L",
        "ImageLaterality": "R|L|U|B",
        "FrameLaterality": "R|L|U|B",
        "PatientPosition": "HFP|HFS|HFDR|HFDL|FFDR|FFDL|FFP|FFS|LFP|LFS|RFP|RFS|AFDR|AFDL|PFDR|PFDL",
        "ConversionType": "DV|DI|DF|WSD|SD|SI|DRW|SYN",
        "RescaleType": "HU|US|OD|MGML|Z_EFF|ED|EDW|HU_MOD|PCT",
        "ModalityLUTType": "HU|US|OD|MGML|Z_EFF|ED|EDW|HU_MOD|PCT",
        "VOILUTFunction": "LINEAR|LINEAR_EXACT|SIGMOID",
        "PresentationLUTShape": "IDENTITY|INVERSE",
        "PixelIntensityRelationship": "LIN|LOG|DISP|OTHER",
        "PixelSpacingCalibrationType": "GEOMETRY|FIDUCIAL",
        "LossyImageCompression": "00|01",
        "LossyImageCompressionMethod": "ISO_10918_1|ISO_14495_1|ISO_15444_1|ISO_15444_2|ISO_13818_2",
        "ScanningSequence": "SE|IR|GR|EP|RM",
        "SequenceVariant": "SK|MTC|SS|TRSS|SP|MP|OSP|NONE",
    }.items()
}
WORDS["PatientOrientation"] = _ORIENTATION
WORDS["BodyPartExamined"] = frozenset(_BODY_PARTS.split())
WORDS["ViewPosition"] = frozenset(_VIEWS.split())

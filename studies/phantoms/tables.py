"""What stands beside the images: the protocol, cases and readers. All persons are made up."""

from __future__ import annotations

STUDY = """\
# A demonstration that the project makes itself: computer-made phantoms, no patient's image.
# Everything that a reader may see before the second session is worded neutrally: the first is blinded.
format: 1
slug: demo-phantoms
title: Radiograph quality demonstration
contact: coordinator@example.org
demonstration: true

truth:
  positive: synthetic
  negative: authentic
  reference_standard: Renderer that drew the phantom, as recorded when the study was made.

consent: |
  This is a demonstration. The radiographs show phantoms, not patients. You read them in your browser;
  your answers are kept under a code. Some details of the purpose are explained at the end. You may stop
  at any time.
debrief: |
  All radiographs were phantoms made by a computer. Half were rendered with the physics of an X-ray
  beam and its detector; these stand for authentic radiographs. The other half were drawn with the habits
  of picture generators: over-smooth, alike on both sides, with one grain over everything; these stand for
  synthetic ones. The first session did not say so, because whether readers notice by themselves is part
  of the question. You may withdraw your readings now.

profile: [specialty, years, institution, country]

questions:
  quality:
    kind: scale
    label: How good is the technical quality?
    choices: {1: Poor, 2: Fair, 3: Adequate, 4: Good, 5: Excellent}
  detail:
    kind: slider
    label: How well is fine detail seen?
    minimum: 0
    maximum: 100
  age:
    kind: number
    label: What age does the skeleton suggest?
    required: false
    minimum: 0
    maximum: 110
    unit: years
  diagnosis:
    kind: text
    label: What is the most likely diagnosis?
  noticed:
    kind: choice
    role: suspicion
    label: Did anything about these radiographs strike you as unusual?
    choices: {no: "No", yes: "Yes"}
  noticed_what:
    kind: text
    label: What was it?
    required: false
  call:
    kind: choice
    role: call
    label: Which kind is this radiograph?
    choices: {authentic: Authentic, synthetic: Synthetic}
  confidence:
    kind: scale
    role: confidence
    label: How sure are you?
    choices: {1: Guessing, 2: Unsure, 3: Fairly sure, 4: Sure, 5: Certain}
  tells:
    kind: multichoice
    label: What made you think so?
    required: false
    choices:
      smooth: Bone too smooth
      symmetry: Both sides too alike
      grain: Grain too even
      anatomy: Anatomy that cannot be
      other: Something else
  region:
    kind: mark
    label: Mark the spot that told you most
    required: false

sessions:
  - key: quality
    title: Image quality
    condition: blinded
    case_set: phantoms
    order: random
    briefing: Rate the technical quality of each radiograph and give the most likely diagnosis.
    questions: [quality, detail, age, diagnosis]
    exit_questions: [noticed, noticed_what]
  - key: detection
    title: Authentic or synthetic
    condition: informed
    reveal: true
    case_set: phantoms
    order: random
    washout_days: 0
    repeats: 0.1
    briefing: Half of these phantoms stand for authentic radiographs, half for synthetic. Decide for each.
    questions: [call, confidence, tells, region]

analysis:
  primary: accuracy
  also: [auc, sensitivity, specificity]
  subgroups: [specialty, years]
  alpha: 0.05

display:
  check: true

readers: readers.csv
seed: {seed}
"""

READERS = """\
name,email,specialty,years,institution,country,arm
Imke Sandvoort,imke.sandvoort@example.org,musculoskeletal,14,Harbour Clinic,NL,
Rafael Quintero,rafael.quintero@example.org,thoracic,9,Valley Hospital,ES,
Sunniva Dahl,sunniva.dahl@example.org,general,3,Fjord Medical Centre,NO,
Kwabena Asante,kwabena.asante@example.org,neuroradiology,18,Coast University Hospital,GH,
Chiara Bellandi,chiara.bellandi@example.org,abdominal,6,Lakeside Hospital,IT,
Jiro Minakami,jiro.minakami@example.org,general,11,Garden City Clinic,JP,
"""

CASE_COLUMNS = ["case", "case_set", "patient", "region", "view", "truth", "image", "history", "diagnosis"]

CHEST_REASONS = (
    ("Cough for three weeks", "No acute finding"),
    ("Before planned surgery", "No acute finding"),
    ("Shortness of breath on exertion", "Heart at the upper limit of size"),
    ("Chest wall pain after lifting", "No fracture seen"),
    ("Fever and malaise", "No consolidation"),
    ("Follow-up after pneumonia", "Resolved"),
)
HAND_REASONS = (
    ("Fall on the outstretched hand", "No fracture seen"),
    ("Stiff fingers in the morning", "No erosion"),
    ("Pain at the base of the thumb", "No osteoarthritis"),
    ("Swelling after sports", "No fracture seen"),
    ("Crush injury at a door", "No fracture seen"),
    ("Follow-up of joint pain", "No change"),
)

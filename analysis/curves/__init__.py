"""ROC curves beyond their whole area: parts, points, fitted models, bands and means of readers."""

"""The analyses in the call: time and memory on three sizes of study, beside R's packages where they are."""

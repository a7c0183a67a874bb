"""Files of other reader-study programs: iMRMC, RJafroc, MRMCaov."""

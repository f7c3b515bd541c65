"""A run in the words of other people's standards: RO-Crate, SLSA provenance, W3C PROV. Pure: values in, JSON out."""

"""Export of a run to other standards: RO-Crate, SLSA provenance, W3C PROV. Pure: values in, JSON out."""

"""An engine and a registry in memory: the same ports, no containers, no time that passes by itself."""

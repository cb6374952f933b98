"""How a rule file is written: YAML 1.2 with positions, bounded against hostile input."""

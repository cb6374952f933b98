"""Rule files: read strictly, with positions; every problem at once; a `RuleSet` that need not be checked again."""

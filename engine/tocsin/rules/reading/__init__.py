"""From nodes to rules: each part of a rule file parsed and checked at its place."""

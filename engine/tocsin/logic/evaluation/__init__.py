"""Conditions evaluated: fast code, and the exact three-valued path."""

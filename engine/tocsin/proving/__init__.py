"""Proves rules by the tests that they bring along: what fails, what no test sees, which changes no test notices."""

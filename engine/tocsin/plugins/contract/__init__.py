"""The contract suite: what a plugin promises by its registrations, tried out."""

from tocsin.plugins.contract.checking import check_plugin as check_plugin
from tocsin.plugins.contract.finding import Finding as Finding

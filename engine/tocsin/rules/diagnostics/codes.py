"""The number of each diagnostic: `T101` for `syntax`. Numbers are stable and never used again for something else.

T1xx is what is wrong with rule files, T2xx what lint thinks of rules that are right, T3xx what is wrong with
tocsin.yaml. Names are what code and people say; numbers are what searches, ignore comments and other tools say.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

NUMBERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # How a file is written
        "syntax": "T101",
        "unquoted-tag": "T102",
        "unquoted-sign": "T103",
        "unquoted-template": "T104",
        "ambiguous-scalar": "T105",
        "bad-escape": "T106",
        "bad-character": "T107",
        "bad-encoding": "T108",
        "duplicate-key": "T109",
        "merge-key": "T110",
        "yaml-tag": "T111",
        "alias-cycle": "T112",
        "many-documents": "T113",
        "not-json": "T114",
        "too-deep": "T115",
        "too-large": "T116",
        "curly-quotes": "T117",
        "missing-space": "T118",
        # Its shape
        "unknown-key": "T120",
        "unsupported-key": "T121",
        "missing-key": "T122",
        "wrong-type": "T123",
        "empty-list": "T124",
        "empty-text": "T125",
        "format-version": "T126",
        # Rules
        "no-such-file": "T130",
        "no-rules": "T131",
        "bad-id": "T132",
        "duplicate-rule": "T133",
        "no-condition": "T134",
        "bad-severity": "T135",
        "no-destination": "T136",
        "unknown-destination": "T137",
        "list-file": "T138",
        "ambiguous-list": "T139",
        "ambiguous-macro": "T140",
        "missing-plugin": "T141",
        "incompatible-plugin": "T142",
        "bad-requirement": "T143",
        "bad-stage": "T144",
        "bad-date": "T145",
        "duplicate-exception": "T146",
        "constant-occasion": "T147",
        "overlay-key": "T148",
        "unknown-rule": "T149",
        "overlay-conflict": "T150",
        "only-overlays": "T151",
        "bad-then": "T152",
        "bad-rate": "T153",
        "constant-key": "T154",
        # Conditions
        "unknown-operator": "T160",
        "forbidden-operator": "T161",
        "dotted-operator": "T162",
        "two-keys": "T163",
        "empty-mapping": "T164",
        "wrong-arity": "T165",
        "bad-argument": "T166",
        "unknown-field": "T167",
        "unknown-macro": "T168",
        "unknown-list": "T169",
        "macro-cycle": "T170",
        "bad-pattern": "T171",
        "constant-condition": "T172",
        # Templates
        "bad-template": "T180",
        "unknown-name": "T181",
        "unknown-filter": "T182",
        # Rules that are right and yet hardly meant
        "never-true": "T201",
        "always-true": "T202",
        "idle-clause": "T203",
        "subsumed-rule": "T204",
        "absent-field": "T205",
        "expired-exception": "T206",
        "idle-exception": "T207",
        "unused-macro": "T208",
        "unused-list": "T209",
        "unindexed-rule": "T210",
        "untested-rule": "T211",
        "unused-destination": "T212",
        # Comments that silence warnings
        "expired-ignore": "T220",
        "idle-ignore": "T221",
        "unknown-ignore": "T222",
        "bad-ignore": "T223",
        # Tests in rules
        "unknown-fixture": "T183",
        "bad-test": "T184",
        "bad-expectation": "T185",
        "bad-time": "T186",
        "derived-field": "T187",
        "idle-mark": "T188",
        # tocsin.yaml
        "missing-variable": "T301",
        "bad-variable": "T302",
        "unknown-source": "T303",
        "bad-url": "T304",
        "insecure-url": "T305",
        "bad-option": "T306",
        "unusable-destination": "T307",
        "bad-name": "T308",
        "bad-duration": "T309",
        "bad-address": "T310",
        "no-subscription": "T311",
        "bad-secret": "T319",
    }
)
"""Every diagnostic there is, by name."""

"""The JUnit form of test results, which CI systems show: a suite for each rule."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from tocsin.proving.mutationreport import WITHOUT_TESTS, in_words
from tocsin.proving.report import difference_lines
from tocsin.proving.session import Mutated, Proved
from tocsin.proving.trial import Outcome
from tocsin.proving.wording import printable


def as_junit(proved: Sequence[Proved], mutated: Sequence[Mutated] = ()) -> str:
    """Return an XML document with every test and every test that is missing.

    A rule without tests is a test that was skipped. The mutants of a rule that survive are a suite of their own.

    Source: the schema of Jenkins' xUnit plugin, junit-10.xsd, with `file` and `line` as pytest writes them.
    """
    root = Element("testsuites", name="tocsin test")
    for one in proved:
        _add_suite(root, one)
    for survived in mutated:
        _add_mutants(root, survived)
    for key in ("tests", "failures"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _add_suite(root: Element, one: Proved) -> None:
    suite = SubElement(root, "testsuite", name=str(one.rule.id))
    for outcome in one.outcomes:
        _add_case(suite, outcome)
    if not one.outcomes:
        skipped = SubElement(suite, "testcase", name="tests", classname=str(one.rule.id), time="0")
        skipped.attrib |= {"file": printable(one.rule.span.file), "line": str(one.rule.span.line)}
        SubElement(skipped, "skipped", message="the rule has no tests")
    _total(suite)


def _add_mutants(root: Element, one: Mutated) -> None:
    missing = [(suggestion.mutants[0], in_words(suggestion), suggestion.line) for suggestion in one.suggestions]
    if not missing and one.mutation is not None:
        missing = [(mutant, WITHOUT_TESTS, "") for mutant in one.mutation.survivors[:1]]
    if not missing:
        return
    suite = SubElement(root, "testsuite", name=f"{one.rule.id} mutants")
    for mutant, message, line in missing:
        case = SubElement(suite, "testcase", name=printable(mutant.id), classname=str(one.rule.id), time="0")
        case.attrib |= {"file": printable(mutant.span.file), "line": str(mutant.span.line)}
        SubElement(case, "failure", message=printable(message), type="mutant").text = printable(line)
    _total(suite)


def _total(suite: Element) -> None:
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", "0")
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    suite.set("time", "0")


def _add_case(suite: Element, outcome: Outcome) -> None:
    span = outcome.case.span
    case = SubElement(suite, "testcase", name=printable(outcome.case.name), classname=str(outcome.rule.id), time="0")
    case.attrib |= {"file": printable(span.file), "line": str(span.line)}
    if not outcome.passed:
        first = outcome.differences[0]
        message = printable(f"{first.what}: expected {first.expected}, got {first.got}")
        failure = SubElement(case, "failure", message=message, type=first.what)
        failure.text = printable("\n".join(difference_lines(outcome)))

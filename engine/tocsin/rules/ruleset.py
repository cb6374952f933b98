"""Rules once read and checked: whoever holds a `Rule` need not check it again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, assert_never
from typing import Literal as OneOf

from tocsin.logic.ast import Array, Call, Expr, Literal, Path, Var
from tocsin.logic.folding import Folded, unfold
from tocsin.model import DestinationName, Json, RuleId, Severity
from tocsin.rules.cases import Case, Equivalent
from tocsin.rules.diagnostics.diagnostic import Span
from tocsin.rules.flood import Rate, Throttle
from tocsin.rules.templates import Template

Stage: TypeAlias = OneOf["live", "shadow"]
Teller: TypeAlias = OneOf["rule", "file", "configuration", "overlay", "built-in"]
"""Who says a value: the rule, `defaults:` of its file or of tocsin.yaml, an overlay; or nobody, and it is built in."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value of a rule comes from; `span` is None only for what is built in."""

    teller: Teller
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """A macro or list that a rule uses, itself or within a macro.

    `span` is where it is defined. A list that overlays extend has one reference for each place.
    """

    kind: OneOf["macro", "list"]
    name: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchBlock:
    """`match:` with its lists written out. A field left empty (0 for `min_retweets`) asks for nothing."""

    keywords: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    language: str | None = None
    min_retweets: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleException:
    """One entry of `except:`: tweets that a rule does not speak of, through the day `until` (UTC; None: for good)."""

    id: str
    why: str
    until: date | None
    condition: Expr
    span: Span

    def holds_at(self, now: datetime) -> bool:
        """Whether it is still in force: through the whole day `until`, in UTC."""
        return self.until is None or now.astimezone(UTC).date() <= self.until


class Home(Protocol):
    """What the origins of several rules of one file have in common."""

    @property
    def file(self) -> str:
        """The name of the file."""
        ...

    def origins(self, rule_id: RuleId) -> Mapping[str, Origin]:
        """Return where the values of one of these rules come from."""
        ...


@dataclass(slots=True)
class Kept(Folded):
    """A rule's condition folded up, and what is told of the rule's place when somebody asks; never changed."""

    home: Home = field(compare=False)
    line: int = field(compare=False)
    column: int = field(compare=False)
    width: int = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `condition` is `match` and `when` together; `only_match` if there is no `when`.

    `exceptions` are apart from it, since each hit of one is counted and they expire. `notify` is empty where the routes
    decide. A `shadow` rule is evaluated, counted and journalled, and sends nothing. `once_per` computes what a rule is
    told of only once; `throttle` and `budget` bound how often. `tests` is kept as it stands in the file; `cases` and
    `equivalents` are what it says.

    `origins` says of each key where its value comes from: `severity`, `title`, …, each label as `labels.NAME`, each
    exception as `except.ID`; keys that are neither written nor have a value of their own are left out. `references`
    are the macros and lists that its conditions use, in the order met.

    Of a rule among very many, `condition`, `span` and `origins` are made anew each time that one is asked for: what is
    kept is `folded`.
    """

    id: RuleId
    title: Template
    body: Template
    description: str
    severity: Severity
    labels: Mapping[str, str]
    condition: Expr
    match: MatchBlock | None
    only_match: bool
    notify: tuple[DestinationName, ...]
    enabled: bool
    span: Span
    exceptions: tuple[RuleException, ...] = ()
    stage: Stage = "live"
    once_per: Expr | None = None
    throttle: Throttle | None = None
    budget: Rate | None = None
    tests: tuple[Json, ...] = ()
    origins: Mapping[str, Origin] = field(default_factory=dict)
    references: tuple[Reference, ...] = ()
    cases: tuple[Case, ...] = ()
    equivalents: tuple[Equivalent, ...] = ()
    folded: Kept | None = field(default=None, init=False, repr=False, compare=False)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            # Python asks here for what isn't there: of a rule that was folded up, its condition and its place.
            kept = self.folded if name in FOLDED_UP else None
            if kept is None:
                raise AttributeError(name)
            if name == "condition":
                return unfold(kept, condition_base(self))
            if name == "span":
                return Span(kept.home.file, kept.line, kept.column, kept.width)
            return kept.home.origins(self.id)


FOLDED_UP: Final = ("condition", "span", "origins")
"""What a rule that is folded up doesn't have of itself."""

BESIDE_CONDITION: Final = tuple(each.name for each in fields(Rule) if each.name not in {"condition", "folded"})
"""What a rule says and has beside its condition."""


def condition_base(rule: "Rule") -> Path:
    """Return the path that those of the condition's own parts begin with."""
    return (rule.span.file if rule.folded is None else rule.folded.home.file, "rules", rule.id)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules by id, in order of id. Equal `revision` means equal content, whatever files it stands in."""

    rules: Mapping[RuleId, Rule] = field(default_factory=dict)
    revision: str = ""

    @property
    def enabled(self) -> tuple[Rule, ...]:
        """The rules that run, in order of id."""
        return tuple(rule for rule in self.rules.values() if rule.enabled)


def ruleset_of(rules: Iterable[Rule]) -> RuleSet:
    """Return the rules, of which no two have the same id, as a set."""
    by_id = {rule.id: rule for rule in sorted(rules, key=lambda rule: rule.id)}
    digest = blake2b(digest_size=8)
    for rule in by_id.values():
        digest.update(_fingerprint(rule).encode("utf-8", "surrogatepass"))
    return RuleSet(by_id, digest.hexdigest())


def sharing(new: RuleSet, old: RuleSet) -> RuleSet:
    """Return the new rules, as the old one's very objects where they are the same to the letter and place.

    What was made of a rule that stayed can then stay, too.
    """
    shared = {rule_id: _older(rule, old.rules.get(rule_id)) for rule_id, rule in new.rules.items()}
    return RuleSet(shared, new.revision)


def _older(rule: Rule, old: Rule | None) -> Rule:
    if old is None or any(getattr(rule, name) != getattr(old, name) for name in BESIDE_CONDITION):
        return rule
    if rule.folded is not None and old.folded is not None:
        return old if rule.folded == old.folded else rule
    # Equality alone would take 1 for true.
    return old if rule.condition == old.condition and _fingerprint(rule) == _fingerprint(old) else rule


def _fingerprint(rule: Rule) -> str:
    content = (
        rule.id,
        rule.title.source,
        rule.body.source,
        rule.description,
        rule.severity.value,
        sorted(rule.labels.items()),
        _plain(rule.condition),
        rule.match,
        rule.notify,
        rule.enabled,
        rule.stage,
        _plain(rule.once_per),
        throttle_as_text(rule.throttle),
        str(rule.budget),
        [(entry.id, entry.why, entry.until, _plain(entry.condition)) for entry in rule.exceptions],
    )
    return f"{content!r}\n"


def throttle_as_text(throttle: Throttle | None) -> str:
    """Return what a throttle says, the same text for the same meaning, wherever it stands."""
    if throttle is None:
        return ""
    return repr((throttle.every.total_seconds(), throttle.then, _plain(throttle.per)))


def _plain(expr: Expr | None) -> object:
    """Return the expression without the places of its parts."""
    match expr:
        case None:
            return None
        case Literal():
            return (type(expr.value).__name__, expr.value)
        case Array():
            return [_plain(item) for item in expr.items]
        case Var():
            return ("var", _plain(expr.path), _plain(expr.default))
        case Call():
            return (expr.op, [_plain(argument) for argument in expr.args])
        case _:
            assert_never(expr)

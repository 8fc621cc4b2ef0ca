"""What writes is a service: keyword-only and atomic. Read from the source (static analysis), so that nobody has to
remember it.

A function *writes* when its body calls what writes a row (`save`, `create`, `update` of a queryset, `add` of a relation
…), a model method that does, or another function that does. What is allowed depends on the module:

* models: their methods change their own row;
* rooms, which is every module not named here: each public function that writes takes keywords only, and what it writes
  stands or falls together; private ones (`_name`) are called in their own module alone, and so from within;
* receivers: their parameters are the signal's, the transaction the sender's;
* the edge (views, forms, commands, tags, tasks): it writes nothing itself, it calls services.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ["accounts", "events", "pitches", "schedule", "notes", "exchange"]
#: by the name of a module or one of its folders
OUTSIDE = {"migrations", "solver", "apps", "urls", "signals", "statements", "prepared"}
EDGE = {"admin", "views", "forms", "management", "templatetags", "access", "http", "caching", "adapters"}
WRITES_A_ROW = {
    "save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete", "acreate", "asave",
    "adelete", "aupdate", "abulk_create", "abulk_update", "aget_or_create", "aupdate_or_create",
}  # fmt: skip
#: of a relation when asked of an attribute (`pitch.hosts.add`), of a set or a dict when asked of a name (`found.add`)
WRITES_A_RELATION = {"add", "set", "remove", "clear"}
#: of `accounts.statements`, where `found_by` refuses what may write
WRITES_A_STATEMENT = {"changed_by", "returned_by"}

#: function: why what it writes need not stand or fall together
COMMITS_AS_IT_GOES = {
    "events/editing.py:erase_old_practice": "each copy by itself",
    "accounts/claims.py:is_proved": "one statement",
    "accounts/told.py:forget_unheard": "each person by themselves",
    "accounts/once.py:forget_answers": "what was said and what was typed each by itself",
    "accounts/codes.py:count_wrong_code": "each count by itself",
    "accounts/codes.py:refuse_more_mails": "each count by itself, and what is refused is counted, too",
    "accounts/limits.py:count_one": "one statement",
    "accounts/services.py:is_code_right": "each guess by itself: none is forgotten because of what it led to",
    "accounts/limits.py:counted_whatever_happens": "it stands around a transaction, for when that fails",
    "accounts/limits.py:uncount_one": "one statement",
    "events/guesses.py:guess": "each count by itself: no guess is forgotten because of what it led to",
    "schedule/build/run.py:run_build": "others watch its progress, and ask it to stop, while it works",
    "schedule/advice/counting.py:renew_figures": "counting takes long, and SQLite has one writer: nobody could tap",
    "schedule/build/run.py:take_up_left_builds": "each build by itself",
    "exchange/uploads.py:show_what_it_would_do": "others watch its progress; nothing of the camp is written",
    "exchange/uploads.py:import_now": "others watch its progress; the import is one transaction, with the end of the upload",
    "exchange/bringing.py:show_arrival": "others watch its progress; nothing of a camp is written",
    "exchange/bringing.py:bring_in": "the camp is one transaction, with the end of the upload; or the upload says why not",
    "events/stamps.py:bump": "one statement",
    "notes/services.py:save_note": "what is merged is put down in one transaction, or another round begins",
    "notes/services.py:merge_rounds": "it writes nothing: `put_note` does, in one transaction for each round",
}
#: function: why its parameters may be given by place
BY_PLACE = {"events/stamps.py:bump": "the parts of one camp, listed as `print` lists what it prints"}
#: function: why it holds no camp although it says that a part of one is out of date
HOLDS_NO_CAMP = {
    "events/invitations.py:close_invitations": "whoever calls it does",
    "schedule/build/run.py:run_build": "`apply_plan` does, and comes first where both are in one transaction",
    "exchange/writing.py:write_outcome": "`import_files` does; a camp that is new nobody else knows",
    "pitches/wishes.py:renew_wishes": "the snapshot of wishes has a lock of its own, and taps are not to wait",
    "schedule/draft/presence.py:be_there": "who looks changes nothing of the camp, and nobody is to wait for it",
    "schedule/wall/kept_clocks.py:keep_clocks": "`edit_camp` does",
    "schedule/wall/publish.py:put_up": "whoever publishes, or takes back, does",
    "schedule/wall/withdrawing.py:note_withdrawn": "whoever withdraws, merges or puts back a pitch does",
}
#: how a camp is held: alone, together with others who write beside each other, with its draft
HOLDS_A_CAMP = {"lock", "keep_open", "locked_draft"}
#: function: why the edge may write here
WRITES_AT_THE_EDGE: dict[str, str] = {}


@dataclass(frozen=True)
class Function:
    """A function at the top of a module, or a method of a class there."""

    module: Path
    node: ast.FunctionDef | ast.AsyncFunctionDef
    owner: str

    @property
    def label(self) -> str:
        return f"{self.module.relative_to(ROOT)}:{self.owner + '.' if self.owner else ''}{self.node.name}"

    @property
    def kind(self) -> str:
        return "edge" if "task" in self.decorators else kind_of(self.module)

    @property
    def is_service(self) -> bool:
        return self.kind == "room" and not self.node.name.startswith("_") and not self.owner

    @property
    def decorators(self) -> set[str]:
        return {ast.unparse(d.func if isinstance(d, ast.Call) else d) for d in self.node.decorator_list}

    @property
    def calls(self) -> list[ast.Call]:
        return calls_in(self.node)

    @property
    def by_place(self) -> list[str]:
        given = self.node.args
        return [a.arg for a in (*given.posonlyargs, *given.args, *filter(None, [given.vararg]))]


def calls_in(node: ast.AST) -> list[ast.Call]:
    return [call for call in ast.walk(node) if isinstance(call, ast.Call)]


def kind_of(module: Path) -> str:
    parts = {*module.relative_to(ROOT).with_suffix("").parts}
    for kind, names in (("outside", OUTSIDE), ("edge", EDGE), ("models", {"models"}), ("receivers", {"receivers"})):
        if parts & names:
            return kind
    return "room"


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(path for app in APPS for path in (ROOT / app).rglob("*.py")):
        if kind_of(path) != "outside":
            yield path, ast.parse(path.read_text())


def functions_of(module: Path, body: list[ast.stmt], owner: str = "") -> Iterator[Function]:
    """Those in an `if` or a `try` at the top of the module, too."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Function(module, node, owner)
        elif isinstance(node, ast.ClassDef):
            yield from functions_of(module, node.body, node.name)
        else:
            inner = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
            yield from functions_of(module, inner, owner)


@cache
def functions() -> tuple[Function, ...]:
    return tuple(function for path, tree in modules() for function in functions_of(path, tree.body))


def writes_itself(call: ast.Call) -> bool:
    """Whether this call writes a row, as far as its words tell."""
    if not isinstance(call.func, ast.Attribute):
        return named(call) in WRITES_A_STATEMENT
    name, asked_of = call.func.attr, call.func.value
    if name == "save" and any(k.arg == "commit" and ast.unparse(k.value) == "False" for k in call.keywords):
        return False
    if name == "update":
        # Of a queryset it takes keywords only; of a dict, a set or a hash it takes something by place.
        return bool(call.keywords) and not call.args and not ast.unparse(asked_of).endswith("params")
    if name in WRITES_A_RELATION:
        return isinstance(asked_of, ast.Attribute) and not ast.unparse(asked_of).startswith("self.")
    if name in {"execute", "executemany"}:
        return not is_select(call)
    # `super().save(…)` in a form or a model is looked at where it is called.
    return name in WRITES_A_ROW and not ast.unparse(asked_of).startswith(("super()", "form", "cache"))


def is_select(call: ast.Call) -> bool:
    """Whether the statement that is run stands there and begins with SELECT, or says how long one waits; one that stands
    elsewhere may write.
    """
    statement = call.args[0] if call.args else None
    if isinstance(statement, ast.Call) and named(statement) == "statement":
        # accounts/statements.py: whatever is put into it cannot be what it begins with.
        statement = statement.args[0]
    if isinstance(statement, ast.JoinedStr) and statement.values:
        statement = statement.values[0]
    if isinstance(statement, ast.BinOp) and ast.unparse(statement.left) == "WAIT":
        return True
    text = statement.value if isinstance(statement, ast.Constant) else None
    return isinstance(text, str) and text.startswith(("SELECT ", "PRAGMA busy_timeout"))


def named(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def called_names(writing: set[str], kinds: set[str]) -> set[str]:
    """How the writers of these kinds are called: a class by what any of its methods does, a method by its name.

    Models' overridden `save` and the like are words of their own, and so is `update`: see `writes_itself`. Nobody calls
    a view.
    """
    found = [f for f in functions() if f.label in writing and f.kind in kinds and f.kind != "edge"]
    return {f.owner for f in found if f.owner and f.kind == "room"} | {f.node.name for f in found} - WRITES_A_ROW - {
        "update"
    }


@cache
def writers() -> frozenset[str]:
    """The labels of all that writes, be it through others (fixed point)."""
    writing = {f.label for f in functions() if any(writes_itself(call) for call in f.calls)}
    while True:
        names = called_names(writing, {"room", "models", "receivers"})
        more = {f.label for f in functions() if any(named(call) in names for call in f.calls)}
        if more <= writing:
            return frozenset(writing)
        writing |= more


def services() -> list[Function]:
    return [f for f in functions() if f.is_service and f.label in writers()]


def opens_transaction(node: ast.AST) -> bool:
    """`transaction.atomic`, called or not; inside another (`savepoint=False`) or refusing to be (`durable=True`), too.

    One of another database (`using`), or one that is decided only when it runs, is none of ours.
    """
    if isinstance(node, ast.Call):
        known = all(k.arg in {"savepoint", "durable"} and isinstance(k.value, ast.Constant) for k in node.keywords)
        return known and not node.args and opens_transaction(node.func)
    return isinstance(node, ast.Attribute) and ast.unparse(node) == "transaction.atomic"


def is_decorated(service: Function) -> bool:
    return any(opens_transaction(decorator) for decorator in service.node.decorator_list)


def is_atomic(service: Function) -> bool:
    """Decorated; or all it writes is in one `with transaction.atomic()`; or is one call, not in a loop, of a service
    that is atomic. (Whatever else surrounds them, such as a lock of the cache, is no transaction.)
    """
    if is_decorated(service):
        return True
    # That an importer is made writes nothing yet: its methods do.
    names = called_names(set(writers()), {"room", "models", "receivers"}) - {f.owner for f in functions()}
    writing = [call for call in service.calls if writes_itself(call) or named(call) in names]
    blocks = [
        node
        for node in ast.walk(service.node)
        if isinstance(node, ast.With) and any(opens_transaction(item.context_expr) for item in node.items)
    ]
    if any(set(writing) <= set(calls_in(block)) for block in blocks):
        return True
    loops = [n for n in ast.walk(service.node) if isinstance(n, ast.For | ast.While | ast.comprehension)]
    inner = {call for loop in loops for call in calls_in(loop)}
    decorated = {f.node.name for f in functions() if f.kind == "room" and is_decorated(f)}
    return (
        len(writing) == 1
        and not writes_itself(writing[0])
        and named(writing[0]) in decorated
        and not inner & {*writing}
    )


def test_the_reader_finds_services():
    """A rule that finds nothing to hold would pass, too."""
    found = {f.label for f in services()}
    assert len(found) > 50
    for label in (
        "events/opening.py:open_camp",  # saves
        "pitches/services.py:withdraw_pitch",  # through a model's method
        "schedule/build/run.py:take_build",  # through another service
        "pitches/order.py:put_after",  # a relation
        "exchange/uploads.py:import_files",  # through a class
    ):
        assert label in found


@pytest.mark.parametrize(
    ("source", "writes"),
    [
        ('cursor.execute("SELECT a FROM b")', False),
        ('cursor.execute(f"SELECT a FROM {table} WHERE c = %s", [1])', False),
        ('cursor.execute("INSERT INTO b VALUES (1)")', True),
        ('cursor.execute(statement("SELECT a FROM {b}", b=table_of(B)), [1])', False),
        ('cursor.execute(statement("UPDATE {b} SET a = %s", b=table_of(B)), [1])', True),
        ('cursor.execute(statement("{b} SELECT a", b=found))', True),
        ('changed_by(statement("UPDATE {b} SET a = 1", b=table_of(B)), [])', True),
        ("returned_by(sql, [1])", True),
        ('found_by(statement("SELECT a FROM {b}", b=table_of(B)), [1])', False),
        ('cursor.executemany(f"UPDATE {table} SET a = %s", rows)', True),
        # PostgreSQL changes rows in a common table expression, too.
        ('cursor.execute("WITH gone AS (DELETE FROM b RETURNING a) SELECT a FROM gone")', True),
        ("cursor.execute(sql)", True),
        ('cursor.execute(f"{sql} SELECT a FROM b")', True),
    ],
)
def test_a_raw_select_is_a_read_and_any_other_statement_a_write(source, writes):
    assert writes_itself(ast.parse(source, mode="eval").body) is writes


@pytest.mark.parametrize("service", services(), ids=lambda f: f.label)
def test_a_service_takes_keywords_only(service):
    assert service.by_place == [] or service.label in BY_PLACE


@pytest.mark.parametrize("service", services(), ids=lambda f: f.label)
def test_what_a_service_writes_stands_or_falls_together(service):
    assert is_atomic(service) or service.label in COMMITS_AS_IT_GOES


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("@transaction.atomic\ndef s(*, a):\n    a.save()\n    a.delete()", True),
        ("@transaction.atomic(savepoint=False)\ndef s(*, a):\n    a.save()\n    a.delete()", True),
        ("def s(*, a):\n    with transaction.atomic():\n        a.save()\n        a.delete()", True),
        ("def s(*, a):\n    with transaction.atomic(savepoint=False):\n        a.save()\n        a.delete()", True),
        ("def s(*, a):\n    with transaction.atomic(durable=True):\n        a.save()\n        a.delete()", True),
        ("def s(*, a):\n    with transaction.atomic(durable=True, savepoint=False):\n        a.save()", True),
        # One of the two stands outside.
        ("def s(*, a):\n    a.save()\n    with transaction.atomic(savepoint=False):\n        a.delete()", False),
        ("def s(*, a):\n    with transaction.atomic(using=other):\n        a.save()\n        a.delete()", False),
        ("def s(*, a):\n    with transaction.atomic(savepoint=b):\n        a.save()\n        a.delete()", False),
        ("@transaction.on_commit\ndef s(*, a):\n    a.save()\n    a.delete()", False),
        ("def s(*, a):\n    with lock(a):\n        a.save()\n        a.delete()", False),
    ],
)
def test_a_transaction_is_found_in_each_of_its_forms(source, expected):
    [found] = ast.parse(source).body
    assert is_atomic(Function(ROOT / "events" / "opening.py", found, "")) is expected


def names_called(service: Function) -> set[str]:
    """What it calls, be it through private functions of its own module (fixed point)."""
    private = {f.node.name: f for f in functions() if f.module == service.module and f.node.name.startswith("_")}
    names = {named(call) for call in service.calls}
    while more := {named(call) for name in names & private.keys() for call in private[name].calls} - names:
        names |= more
    return names


def test_whoever_says_that_a_part_of_a_camp_is_out_of_date_holds_the_camp():
    """Of two who hold a row each and want the other's, a database ends one (deadlock): the camp comes first for all."""
    counting = {f.label: names_called(f) for f in services() if f.label != "events/stamps.py:bump"}
    counting = {label: names for label, names in counting.items() if "bump" in names}
    assert len(counting) > 30
    assert {label for label, names in counting.items() if not names & HOLDS_A_CAMP} == set(HOLDS_NO_CAMP)


#: function: how it knows whose deed it is
KNOWS_WHO_DID_IT = {"exchange/uploads.py:import_now": "the upload says whose it is"}


def tellers() -> list[Function]:
    """Services that tell people what was done, be it through others (fixed point)."""
    names = {"tell", "tell_each"}
    while True:
        # By their bare names: a build or an upload has a method `tell` that tells nobody.
        found = [
            f for f in functions() if f.kind == "room" and any(getattr(c.func, "id", "") in names for c in f.calls)
        ]
        if {f.node.name for f in found} <= names:
            return [f for f in found if f.is_service]
        names |= {f.node.name for f in found}


def test_whoever_tells_people_is_told_who_did_it():
    """A default would be forgotten, and whoever did it told what they did."""
    required = {
        f.label: {
            arg.arg for arg, default in zip(f.node.args.kwonlyargs, f.node.args.kw_defaults, strict=True) if not default
        }
        for f in tellers()
    }
    assert {"schedule/wall/publish.py:publish_grid", "schedule/wall/shift.py:shift_day"} <= required.keys()
    assert {label for label, names in required.items() if "by" not in names} == set(KNOWS_WHO_DID_IT)


def test_the_edge_writes_nothing_itself():
    """Nor through a class that writes (an importer, say): there is a service in front of it."""
    classes = {f.owner for f in functions() if f.label in writers() and f.kind == "room" and f.owner}
    found = {
        f.label
        for f in functions()
        if f.kind == "edge" and any(writes_itself(call) or named(call) in classes for call in f.calls)
    }
    assert found == set(WRITES_AT_THE_EDGE)


def test_what_is_private_stays_in_its_module():
    """Otherwise a service could be named `_service`, and escape."""
    taken = [
        f"{path.relative_to(ROOT)}: {alias.name}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name.startswith("_") and (node.level or (node.module or "").split(".")[0] in APPS)
    ]
    assert taken == []


def test_no_writer_goes_by_another_name():
    """A name given at import (`as`) would hide from the reader that it is called."""
    names = called_names(set(writers()), {"room"})
    hidden = [
        f"{path.relative_to(ROOT)}: {alias.name} as {alias.asname}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname and alias.name in names
    ]
    assert hidden == []


def test_no_exemption_has_outlived_its_function():
    known = {f.label for f in functions() if f.label in writers()}
    assert {*COMMITS_AS_IT_GOES, *BY_PLACE, *WRITES_AT_THE_EDGE} <= known
    assert not {f.label for f in services() if is_atomic(f)} & set(COMMITS_AS_IT_GOES)

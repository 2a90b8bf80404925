"""From a local lake to S3 to Redshift, by the documented commands under documented policies, each killed halfway.

Redshift is reached over TLS, by the variables that docs/redshift.md exports.
"""

import random
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import iam
import pytest
from command_lines import call
from command_server import quick_path
from documented_stages import PAGE, commands
from guarded_s3 import Gate, guarded
from iam import Request, Statement, statements
from kills import run_and_kill, run_whole
from redshift.postgres import NoPostgresError
from redshift.stand_in import PASSWORD, StandIn, running
from redshift.tls import authority_and_server
from s3_servers import KEY, SECRET, S3Server
from warehouse_tables import differences, sorted_rows

from elt.build.record import model_tables
from elt.build.run import MODELS
from elt.report.page import PAGES
from elt.warehouse import open_warehouse
from hospital_sim.events.keys import is_record_key
from hospital_sim.storage import open_store

pytestmark = pytest.mark.e2e

BUCKET, LAKE = "hospital-lake", "s3://hospital-lake/north"
OF_REDSHIFT = Path(__file__).parents[3] / "docs" / "redshift.md"
POLICIES = iam.documented(PAGE)
ROLES = {
    "hospital-elt copy": "Copies the lake",
    "hospital-elt verify": "Loads and checks",
    "hospital-sim simulate": "Simulates",
    "hospital-elt stage": "Stages",
    "hospital-elt load": "Loads and checks",
    "hospital-elt check": "Loads and checks",
    "hospital-elt ddl": "Loads and checks",
}
NOBODY: list[Statement] = []
NOT_SEEN = {"Role of Redshift": ["s3:ListBucket"]}
"""What Amazon's documentation asks for, and the stand-in does not use."""
NOTE = b"call me back"
COPIED_BEFORE_THE_CUT, WRITTEN_BEFORE_THE_CUT = 700, 400


@dataclass
class Stage:
    """A documented command that was run: killed if it could be, then whole.

    Attributes:
        command: The command.
        policy: Heading of the policy that it ran under; empty if it has nothing to do with the bucket.
        gate: What it asked of the bucket when it was run whole.
        killed: Whether it was killed before.
    """

    command: str
    policy: str
    gate: Gate
    killed: bool


@dataclass
class Walk:
    """The whole way.

    Attributes:
        role: What Redshift asked of the bucket.
        stand_in: The Redshift.
        stages: The commands, in order.
        requests: What was asked of the bucket under each policy, killed commands included.
    """

    folder: Path
    environment: dict[str, str]
    role: Gate
    stand_in: StandIn
    stages: list[Stage] = field(default_factory=list)
    requests: dict[str, list[Request]] = field(default_factory=dict)

    def stage(self, words: str, place: int = 0) -> Stage:
        """Return the one of the stages whose command begins with some words."""
        return [stage for stage in self.stages if stage.command.startswith(words)][place]

    @property
    def output(self) -> Path:
        """What the commands have printed."""
        return self.folder / "output.txt"


@pytest.fixture(scope="module")
def walk(seaweed_server: S3Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """Go the whole way, as the page says."""
    seaweed_server.client().create_bucket(Bucket=BUCKET)
    bucket = statements(POLICIES["Policy of the bucket"])
    with ExitStack() as open_now:
        patch = open_now.enter_context(pytest.MonkeyPatch.context())
        role = open_now.enter_context(guarded(seaweed_server, statements(POLICIES["Role of Redshift"]), bucket))
        authority, tls = authority_and_server(tmp_path_factory.mktemp("tls"))
        try:
            stand_in = open_now.enter_context(running(role.endpoint, (KEY, SECRET), tls))
        except NoPostgresError as error:
            pytest.skip(str(error))
        environment = seaweed_server.environment() | {"LAKE": LAKE, "SSL_CERT_FILE": str(authority)}
        environment |= _exported(stand_in.port)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.delenv("AWS_PROFILE", raising=False)
        # The tests of the models are run by other tests, on both warehouses.
        patch.setenv("DBT_EXCLUDE_RESOURCE_TYPES", "test")
        patch.setenv("PATH", quick_path())
        found = Walk(tmp_path_factory.mktemp("migration"), environment, role, stand_in)
        for command in commands():
            policy = ROLES.get(" ".join(command.split()[:2]), "")
            allowed = statements(POLICIES[policy]) if policy else NOBODY
            gate = open_now.enter_context(guarded(seaweed_server, allowed, bucket))
            _go(found, command, policy, gate)
        found.requests["Role of Redshift"] = [each.request for each in role.asked]
        yield found


def _lines_of_redshift() -> list[str]:
    block = re.search(r"^```sh\n(.*?)^```$", OF_REDSHIFT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert block is not None
    return block[1].splitlines()


def _exported(port: int) -> dict[str, str]:
    """Return what the page exports, with the password and the address of the stand-in."""
    words = [shlex.split(line) for line in _lines_of_redshift() if line.startswith("export ")]
    found = dict(assigned.split("=", 1) for _, assigned in words)
    warehouse = found["WAREHOUSE"].replace("cluster.example:5439", f"localhost:{port}")
    return found | {"REDSHIFT_PASSWORD": PASSWORD, "WAREHOUSE": warehouse}


def _go(walk: Walk, command: str, policy: str, gate: Gate) -> None:
    shell = ["bash", "-euc", f"exec >>{walk.output} 2>&1; cd {walk.folder}; {command}"]
    if command.startswith("hospital-elt report"):
        # The first command has made one.
        shutil.rmtree(walk.folder / "report")
    environment = {"AWS_ENDPOINT_URL": gate.endpoint}
    killed = False
    halfway = _halfway(walk, command, gate)
    if halfway is not None:
        killed = run_and_kill(shell, random.Random(1), 0, environment, halfway)
        walk.requests.setdefault(policy, []).extend(each.request for each in gate.asked)
        gate.mend()
        gate.asked.clear()
    try:
        run_whole(shell, environment)
    except AssertionError as error:
        error.add_note(walk.output.read_text()[-2000:])
        raise
    walk.requests.setdefault(policy, []).extend(each.request for each in gate.asked)
    walk.stages.append(Stage(command, policy, gate, killed))
    if command.startswith("hospital-sim simulate"):
        # An object that is no event, so that there is something for the quarantine.
        open_store(LAKE).create("raw/admission/event_date=2024-02-01/note.json", NOTE)


def _halfway(walk: Walk, command: str, gate: Gate) -> Callable[[], bool] | None:
    """Return what tells that a command is in the middle of its work; None for one that only reads."""
    stand_in = walk.stand_in
    before = len(stand_in.statements)
    match " ".join(command.split()[:2]):
        case "hospital-elt copy":
            gate.cut_at = lambda _: gate.count("s3:PutObject") > COPIED_BEFORE_THE_CUT
            return gate.cut.is_set
        case "hospital-sim simulate":
            gate.cut_at = lambda _: gate.count("s3:PutObject") > WRITTEN_BEFORE_THE_CUT
            return gate.cut.is_set
        case "hospital-elt stage":
            gate.cut_at = lambda request: (
                request.action == "s3:PutObject" and "/quarantine/entries/" in request.resource
            )
            return gate.cut.is_set
        case "hospital-elt load" if "$WAREHOUSE" in command:
            return lambda: sum("COPY copied" in told for told in stand_in.statements[before:]) > 2
        case "hospital-elt build" if "$WAREHOUSE" in command:
            return lambda: any("fact_" in told for told in stand_in.statements[before:])
    return None


def test_every_command_that_writes_was_killed_and_none_is_denied_what_it_needs(walk: Walk) -> None:
    killed = {stage.command.split()[1]: "$WAREHOUSE" in stage.command for stage in walk.stages if stage.killed}
    assert killed == {"copy": False, "simulate": False, "stage": False, "load": True, "build": True}
    assert [(stage.command, stage.gate.denied()) for stage in walk.stages if stage.gate.denied()] == []
    assert walk.role.denied() == []


@pytest.mark.parametrize("policy", [*sorted({*ROLES.values()} - {"Copies the lake"}), "Role of Redshift"])
def test_no_policy_allows_what_no_command_needs(walk: Walk, policy: str) -> None:
    parts = [part for statement in statements(POLICIES[policy]) for part in statement.parts()]
    unused = [part for part in parts if not any(part.matches(request) for request in walk.requests[policy])]
    assert [action for part in unused for action in part.actions] == NOT_SEEN.get(policy, [])


def test_the_lake_and_the_new_month_are_copied_with_the_requests_that_the_page_counts(walk: Walk) -> None:
    keys, local_keys = set(open_store(LAKE).keys()), set(open_store(str(walk.folder / "lake")).keys())
    assert local_keys <= keys
    assert sum(is_record_key(key.removeprefix("raw/")) for key in keys) == 2
    assert any(key.startswith("quarantine/entries/") for key in keys)
    local = len(local_keys)
    february = [key for key in keys if key.startswith("raw/") and "event_date=2024-02" in key]
    months = {key[: key.index("=") + len("=2024-01")] for key in keys if key.startswith("raw/") and "=" in key}
    copy, simulate, stage = (walk.stage(f"hospital-{name}").gate for name in ("elt copy", "sim simulate", "elt stage"))

    # Each was killed before: what is there already is read, and a few objects more are written.
    assert local <= copy.count("s3:GetObject") <= local + 50
    assert copy.count("s3:PutObject") <= local - COPIED_BEFORE_THE_CUT + 100
    assert len(february) - 1 <= simulate.count("s3:PutObject") <= len(february) + 100
    assert simulate.count("s3:GetObject") <= len(february) + 20
    assert len(months) <= stage.count("s3:ListBucket") <= 2 * len(months) + 10
    assert stage.count("s3:PutObject") <= 30

    verify, load = walk.stage("hospital-elt verify").gate, walk.stage("hospital-elt load", 1).gate
    assert local <= verify.count("s3:GetObject") <= local + 60
    assert verify.count("s3:PutObject") == 0
    assert load.count("s3:GetObject", "s3:ListBucket", "s3:PutObject") <= 100


def test_every_row_of_every_mart_is_the_same_in_redshift(walk: Walk) -> None:
    marts = [table for schema, table in model_tables(MODELS) if schema == "marts"]
    assert len(marts) == 11
    with (
        open_warehouse(f"chdb://{walk.folder / 'warehouse'}") as embedded,
        open_warehouse(walk.environment["WAREHOUSE"]) as redshift,
    ):
        for mart in marts:
            expected = sorted_rows(embedded, "marts", mart)
            assert expected, mart
            assert differences(sorted_rows(redshift, "marts", mart), expected) == [], mart


def test_the_commands_of_the_page_on_redshift_are_of_this_way_and_a_query_answers(walk: Walk) -> None:
    lines = [" ".join(line.split()) for line in _lines_of_redshift() if not line.startswith("export ")]
    taken = {" ".join(stage.command.split()) for stage in walk.stages}
    [query] = [line for line in lines if line.replace("s3://bucket/lake", "$LAKE") not in taken]
    done = subprocess.run(["bash", "-euc", query], cwd=walk.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "wait_hours_p90" in done.stdout
    assert PASSWORD not in walk.output.read_text() + done.stdout + done.stderr
    assert {page.file for page in PAGES} <= {path.name for path in (walk.folder / "report").iterdir()}
    model = (walk.folder / "powerbi" / "hospital.SemanticModel" / "definition" / "expressions.tmdl").read_text()
    assert "AmazonRedshift.Database" in model


def test_a_load_of_a_lake_on_this_machine_names_the_command_that_brings_it_to_s3(walk: Walk) -> None:
    place = ["--lake", str(walk.folder / "lake"), "--warehouse", walk.environment["WAREHOUSE"], "--prefix", "nothing"]
    refused = call("hospital-elt", "load", "--json", *place)
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) <= 2
    assert "hospital-elt copy" in refused.stderr

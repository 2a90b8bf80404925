"""A store reaches the server that AWS tools reach, as the same user, for every way to configure them."""

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import botocore.session
import pytest
from aws_cases import KEYS, REGION, Case, configure
from botocore.exceptions import ClientError
from recording_proxy import RecordingProxy, Sent
from s3_servers import KEY, SECRET, S3Server

from hospital_sim.storage import ObjectNotFoundError, open_store

pytestmark = pytest.mark.integration

CASES = [
    Case("variables", KEYS | REGION),
    Case("region by its other variable", KEYS | {"AWS_DEFAULT_REGION": "eu-west-2"}),
    Case("two variables of the region", KEYS | REGION | {"AWS_DEFAULT_REGION": "eu-west-1"}),
    Case("no region", KEYS, url="https://bucket.s3.amazonaws.com/lake/a", region="us-east-1"),
    Case("token", KEYS | REGION | {"AWS_SESSION_TOKEN": "TOKEN"}, token="TOKEN"),
    Case("default profile", REGION, user="DEFAULT"),
    Case("profile", {"AWS_PROFILE": "ward"}, "[profile ward]\nregion = eu-west-2", user="WARD", token="WARDTOKEN"),
    Case("other variable of the profile", REGION | {"AWS_DEFAULT_PROFILE": "ward"}, user="WARD", token="WARDTOKEN"),
    Case("keys in variables, region and endpoint in the profile", KEYS | {"AWS_PROFILE": "ward"},
         "[profile ward]\nregion = eu-west-2\nendpoint_url = http://own.example:8333",
         url="http://own.example:8333/bucket/lake/a"),
    Case("endpoint of S3 among services", KEYS | REGION,
         "[default]\nservices = x\n[services x]\ns3 =\n  endpoint_url = https://own.example/base/",
         url="https://own.example/base/bucket/lake/a"),
    Case("endpoint of another service", KEYS | REGION,
         "[default]\nservices = x\n[services x]\nsqs =\n  endpoint_url = https://own.example"),
    Case("endpoint of a variable before that of services", KEYS | REGION | {"AWS_ENDPOINT_URL": "http://own.example"},
         "[default]\nservices = x\n[services x]\ns3 =\n  endpoint_url = https://other.example",
         url="http://own.example/bucket/lake/a"),
    Case("endpoint of S3 before that of all services",
         KEYS | REGION | {"AWS_ENDPOINT_URL": "http://other.example", "AWS_ENDPOINT_URL_S3": "http://own.example:1"},
         url="http://own.example:1/bucket/lake/a"),
    Case("endpoint of another service in a variable", KEYS | REGION | {"AWS_ENDPOINT_URL_STS": "http://own.example"}),
    Case("empty variable of the endpoint", KEYS | REGION | {"AWS_ENDPOINT_URL": ""}),
    Case("endpoints ignored by a variable",
         KEYS | REGION | {"AWS_ENDPOINT_URL": "http://own.example", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}),
    Case("endpoints ignored by the profile", KEYS | REGION,
         "[default]\nendpoint_url = http://own.example\nignore_configured_endpoint_urls = true"),
    Case("names in the host", KEYS | REGION | {"AWS_ENDPOINT_URL": "https://own.example:8333"},
         "[default]\ns3 =\n  addressing_style = virtual", url="https://bucket.own.example:8333/lake/a"),
    Case("names in the path", KEYS | REGION, "[default]\ns3 =\n  addressing_style = path",
         url="https://s3.eu-west-2.amazonaws.com/bucket/lake/a"),
    Case("bucket whose name cannot be in a host", KEYS | REGION,
         url="https://s3.eu-west-2.amazonaws.com/north.bucket/lake/a", bucket="north.bucket"),
    Case("dual stack", KEYS | REGION | {"AWS_USE_DUALSTACK_ENDPOINT": "true"},
         url="https://bucket.s3.dualstack.eu-west-2.amazonaws.com/lake/a"),
    Case("FIPS", KEYS | {"AWS_REGION": "us-west-2", "AWS_USE_FIPS_ENDPOINT": "true"}, region="us-west-2",
         url="https://bucket.s3-fips.us-west-2.amazonaws.com/lake/a"),
    Case("accelerated", KEYS | REGION, "[default]\ns3 =\n  use_accelerate_endpoint = true",
         url="https://bucket.s3-accelerate.amazonaws.com/lake/a"),
    Case("China", KEYS | {"AWS_REGION": "cn-north-1"}, region="cn-north-1",
         url="https://bucket.s3.cn-north-1.amazonaws.com.cn/lake/a"),
    Case("variables that only the client of the store reads",
         KEYS | REGION | {"AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "true", "AWS_S3_EXPRESS": "true"}),
    Case("process", REGION | {"AWS_PROFILE": "p"}, "[profile p]\ncredential_process = cat {folder}/process",
         user="PROCESS", token="PROCESSTOKEN"),
    Case("role with a source", REGION | {"AWS_PROFILE": "r"},
         "[profile r]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = ward",
         user="ROLE", token="ROLETOKEN"),
    Case("web identity", REGION | {
         "AWS_PROFILE": "r", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/r",
         "AWS_WEB_IDENTITY_TOKEN_FILE": "{folder}/identity"}, "[profile r]", user="ROLE", token="ROLETOKEN"),
    Case("single sign-on", REGION | {"AWS_PROFILE": "s"},
         "[profile s]\nsso_start_url = https://sso.example\nsso_region = eu-west-2\nsso_account_id = 123456789012\n"
         "sso_role_name = r", user="ROLE", token="ROLETOKEN"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_store_sends_what_aws_tools_send(
    case: Case, proxy: RecordingProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(case, tmp_path, monkeypatch)
    expected = Sent(case.url, case.user, case.region, case.token)
    session = botocore.session.Session()
    if "AWS_REGION" in os.environ:  # as the AWS command line does
        session.set_config_variable("region", os.environ["AWS_REGION"])
    with pytest.raises(ClientError, match="NoSuchKey"):
        session.create_client("s3").get_object(Bucket=case.bucket, Key="lake/a")
    assert proxy.sent[-1] == expected
    with pytest.raises(ObjectNotFoundError):
        open_store(f"s3://{case.bucket}/lake").read("a")
    assert proxy.sent[-1] == expected


def test_credentials_come_from_the_role_of_the_machine(seaweed: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    class Role(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = {"AccessKeyId": KEY, "SecretAccessKey": SECRET, "Token": "", "Expiration": "2999-01-01T00:00:00Z"}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            return

    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with HTTPServer(("127.0.0.1", 0), Role) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        uri = f"http://127.0.0.1:{server.server_address[1]}/role"
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri)
        try:
            assert open_store(seaweed.new_url()).create("a", b"1")
        finally:
            server.shutdown()

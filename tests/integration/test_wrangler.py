"""The pinned wrangler against the stand-in, the upload in real workerd."""

from __future__ import annotations

from pathlib import Path

import pytest

from vttsync import web
from vttsync.cloudflare.api import CloudflareApi
from vttsync.cloudflare.deployments import SecretsChangedError, make_live
from vttsync.cloudflare.token import read_token
from vttsync.deploy.health import wait_until_live
from vttsync.errors import VttsyncError
from vttsync.node.wrangler import Target, Wrangler
from vttsync.rehearsal.standin import StandIn

pytestmark = pytest.mark.slow

FIRST = {"PUBLISH_KEY": "first-" + "p" * 32, "TICKET_KEY": "t" * 32}
SECOND = {**FIRST, "PUBLISH_KEY": "second-" + "p" * 32}


def _accepts(url: str, key: str) -> int:
    with web.client(url, {"authorization": f"Bearer {key}"}) as client:
        return client.get("/parties/session/a-table/health").status_code


def test_deploy_again_with_another_secret_and_back(wrangler: Wrangler, standin: StandIn) -> None:
    first = wrangler.deploy("prod", FIRST)
    url = standin.room_url("vttsync-room-prod")
    assert first.targets == ("127.0.0.1",)
    wait_until_live(url, first.version_id)
    assert (_accepts(url, FIRST["PUBLISH_KEY"]), _accepts(url, "wrong")) == (200, 401)
    second = wrangler.deploy("prod", SECOND)
    assert second.version_id != first.version_id
    wait_until_live(url, second.version_id)
    assert _accepts(url, FIRST["PUBLISH_KEY"]) == 401
    assert _accepts(url, SECOND["PUBLISH_KEY"]) == 200
    asked = (standin.account_id, "vttsync-room-prod", first.version_id)
    with CloudflareApi(standin.api_url, read_token(standin.token)) as api:
        with pytest.raises(SecretsChangedError, match="other secrets") as caught:
            make_live(api, *asked, message="back", over_secrets=False)
        assert "PUBLISH_KEY" in caught.value.why
        assert _accepts(url, SECOND["PUBLISH_KEY"]) == 200
        make_live(api, *asked, message="back", over_secrets=True)
    wait_until_live(url, first.version_id)
    assert _accepts(url, FIRST["PUBLISH_KEY"]) == 200
    assert standin.unknown_routes() == []


def test_environments_are_workers_of_their_own(wrangler: Wrangler, standin: StandIn) -> None:
    wrangler.deploy("staging", FIRST)
    wrangler.deploy("prod", SECOND)
    assert _accepts(standin.room_url("vttsync-room-staging"), FIRST["PUBLISH_KEY"]) == 200
    assert _accepts(standin.room_url("vttsync-room-prod"), FIRST["PUBLISH_KEY"]) == 401


def test_a_refused_upload_says_why_without_the_secrets(
    wrangler: Wrangler, standin: StandIn
) -> None:
    stranger = Target(standin.account_id, "cfut_" + "x" * 43, standin.api_url)
    with pytest.raises(VttsyncError) as caught:
        Wrangler(wrangler.node, wrangler.party, stranger).deploy("prod", FIRST)
    assert caught.value.exit_code == 7
    assert stranger.token not in str(caught.value)
    assert FIRST["PUBLISH_KEY"] not in str(caught.value)


def test_a_dotenv_of_the_project_can_not_redirect_the_token(
    wrangler: Wrangler, standin: StandIn, party: Path
) -> None:
    dotenv = party / ".env"
    dotenv.write_text(
        "CLOUDFLARE_API_BASE_URL=http://127.0.0.1:1/client/v4\nCLOUDFLARE_API_KEY=global\n"
        "CLOUDFLARE_EMAIL=gm@example.com\nCLOUDFLARE_ENV=staging\n"
    )
    try:
        wrangler.deploy("prod", FIRST)
    finally:
        dotenv.unlink()
    assert standin.room_url("vttsync-room-prod")

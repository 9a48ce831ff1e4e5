"""The servers of the pages: their settings, and loopback only unless the look-up has a name."""

import pytest

from core.config import Settings
from core.errors import ConfigError
from dashboard.server import CONTENT_SECURITY_POLICY, sockets_of, streamlit_config

PUBLIC = Settings(author_host="0.0.0.0", public_url="https://appeals.example.org:444")


def test_the_settings_that_matter_are_passed_whatever_folder_it_is_started_from(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    config = streamlit_config("staff", Settings(dashboard_port=8765))
    assert config["server.port"] == 8765
    assert config["server.address"] == "127.0.0.1"
    assert config["runner.postScriptGC"] is False
    assert config["client.showErrorDetails"] == "none"
    assert config["browser.gatherUsageStats"] is False
    assert config["theme.dark.primaryColor"].startswith("#")


def test_the_policy_names_no_host_but_this_machine():
    policy = CONTENT_SECURITY_POLICY.format(sockets=sockets_of("author", Settings()))
    assert "http://" not in policy
    assert "https:" not in policy
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def test_the_staff_console_listens_on_loopback_whatever_the_look_up_does():
    config = streamlit_config("staff", PUBLIC)
    assert config["server.address"] == "127.0.0.1"
    assert config["server.allowedHosts"] == ["127.0.0.1", "localhost"]
    assert "example.org" not in sockets_of("staff", PUBLIC)


def test_the_look_up_listens_where_it_is_told_and_answers_under_its_name():
    config = streamlit_config("author", PUBLIC)
    assert config["server.address"] == "0.0.0.0"
    assert config["server.port"] == PUBLIC.author_port
    assert config["server.allowedHosts"] == ["127.0.0.1", "localhost", "appeals.example.org"]
    assert "wss://appeals.example.org:444" in sockets_of("author", PUBLIC)


def test_a_look_up_for_other_machines_needs_its_name():
    with pytest.raises(ConfigError, match="MODCONSOLE_PUBLIC_URL"):
        streamlit_config("author", Settings(author_host="0.0.0.0"))
    assert streamlit_config("author", Settings())["server.address"] == "127.0.0.1"

"""The servers of the pages: their settings, and loopback only."""

from dashboard.server import CONTENT_SECURITY_POLICY, streamlit_config


def test_the_settings_that_matter_are_passed_whatever_folder_it_is_started_from(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    config = streamlit_config(8765)
    assert config["server.port"] == 8765
    assert config["server.address"] == "127.0.0.1"
    assert config["runner.postScriptGC"] is False
    assert config["client.showErrorDetails"] == "none"
    assert config["browser.gatherUsageStats"] is False
    assert config["theme.dark.primaryColor"].startswith("#")


def test_the_policy_names_no_host_but_this_machine():
    assert "http://" not in CONTENT_SECURITY_POLICY
    assert "https:" not in CONTENT_SECURITY_POLICY
    assert "default-src 'self'" in CONTENT_SECURITY_POLICY
    assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY

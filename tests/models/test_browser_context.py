"""The contexts of a browser, in the official clients' words."""

from typing import Any

import pytest

from sessionbay import (
    BrowserContext,
    BrowserFingerprintContext,
    BrowserSyncMode,
    ContextMount,
    ContextMountAccessMode,
    ContextMountStrategy,
    ExtensionOption,
)


def test_a_browser_context_is_built_as_in_the_official_clients() -> None:
    context = BrowserContext(
        "SdkCtx-1",
        auto_upload=True,
        sync_mode=BrowserSyncMode.MINIMAL,
        extension_option=ExtensionOption("SdkCtx-2", ["ext.zip"]),
        fingerprint_context=BrowserFingerprintContext("SdkCtx-3"),
    )
    assert (context.extension_context_id, context.extension_ids) == ("SdkCtx-2", ["ext.zip"])
    assert (context.fingerprint_context_id, context.sync_mode) == ("SdkCtx-3", "minimal")


def test_without_extensions_and_fingerprint_there_are_no_contexts_for_them() -> None:
    context = BrowserContext("SdkCtx-1")
    assert (context.extension_context_id, context.extension_ids, context.fingerprint_context_id) == (None, [], None)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: ExtensionOption(" ", ["a.zip"]), "must not be blank"),
        (lambda: ExtensionOption("c", []), "at least 1 item"),
        (lambda: ExtensionOption("c", "a.zip"), "valid tuple"),
        (lambda: ExtensionOption("c", ["../a.zip"]), "ids are file names"),
        (lambda: ExtensionOption("c", ["*.zip"]), "ids are file names"),
        (lambda: ExtensionOption("c", [" "]), "ids are file names"),
        (lambda: BrowserFingerprintContext(""), "must not be blank"),
        (lambda: BrowserContext("\t"), "must not be blank"),
        (lambda: BrowserContext("c", True, "all"), "sync_mode"),  # type: ignore[arg-type]
    ],
)
def test_an_invalid_value_raises_at_once(build: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()


def test_an_option_stays_valid() -> None:
    option = ExtensionOption("c", ["a.zip"])
    with pytest.raises(ValueError, match="at least 1 item"):
        option.extension_ids = ()
    assert option.validate()
    assert str(option) == "c: a.zip"


def test_a_mount_is_built_step_by_step() -> None:
    mount = (
        ContextMount.new("c", "/mnt")
        .with_access_mode(ContextMountAccessMode.READ_ONLY)
        .with_strategy(ContextMountStrategy.PERFORMANCE)
        .with_source_path("sub")
    )
    assert mount == ContextMount(
        context_id="c", path="/mnt", access_mode="readOnly", storage_mode="performance", source_path="sub"
    )

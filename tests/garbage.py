"""Collecting garbage while other threads, as an engine's, may do so too."""

import gc
import threading


def collect() -> None:
    """Collect all garbage; ``gc.collect`` does nothing while another thread collects, of a part perhaps."""
    over: list[bool] = []
    mine = threading.get_ident()

    def on_collection(phase: str, info: dict[str, int]) -> None:
        if phase == "stop" and info["generation"] == 2 and threading.get_ident() == mine:
            over.append(True)

    gc.callbacks.append(on_collection)
    try:
        while not over:
            gc.collect()
    finally:
        gc.callbacks.remove(on_collection)

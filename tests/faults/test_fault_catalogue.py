"""The catalogue of faults: complete, and in step with the names that the knowledge files use."""

from __future__ import annotations

import re
from pathlib import Path

import hangup.faults
from hangup.faults import FAULT_NAMES, FAULTS, PROTOCOLS
from hangup.faults.speakers import find_speakers

KNOWN_FAULTS = Path(hangup.faults.__file__).parents[1] / "knowledge" / "faults.toml"

# Faults of the knowledge files that a failing server cannot play: the client's side fails, or this side does.
NOT_THE_SERVERS = {"nobody_connects", "nonblocking", "not_connected", "closed", "closed_listener", "in_use"}


def test_every_fault_of_the_other_side_can_be_played() -> None:
    known = set(re.findall(r"^(\w+) *= *\{", KNOWN_FAULTS.read_text(encoding="utf-8"), re.MULTILINE))
    assert set(FAULTS) == {name for name in known - NOT_THE_SERVERS if not name.startswith("peer_")}


def test_names_say_what_happens() -> None:
    for name, fault in FAULTS.items():
        assert fault.name == name
        assert ("rst" in name) == (fault.ending == "reset")
        assert ("fin" in name) == (fault.ending == "close")
        assert ("hang" in name) == (fault.ending == "hang")
        assert name.startswith(("tls_", "https_")) == fault.tls


def test_protocols() -> None:
    in_setup = {"rst_in_setup", "fin_in_setup", "hang_in_setup"}
    http_only = {"rst_mid_chunked", "rst_mid_nolen", "fin_mid_chunked"}
    assert set(FAULTS) - set(FAULT_NAMES["http"]) == in_setup
    assert set(FAULTS) - set(FAULT_NAMES["raw"]) == in_setup | http_only
    speakers = find_speakers()
    assert ("http", "raw", *speakers) == PROTOCOLS
    for protocol, speaker in speakers.items():
        without = http_only if speaker.has_setup else http_only | in_setup
        if protocol == "ssh":
            without = without | {name for name, fault in FAULTS.items() if fault.tls}
        assert set(FAULTS) - set(FAULT_NAMES[protocol]) == without


def test_a_protocol_is_a_file() -> None:
    files = {path.stem for path in (Path(hangup.faults.__file__).parent / "speakers").glob("*.py")}
    assert set(find_speakers()) == files - {"__init__"}

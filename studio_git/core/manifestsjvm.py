"""What projects for the Java virtual machine declare: Maven's pom.xml, Gradle's build files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element

from studio_git.core import versions
from studio_git.core.manifestmodels import Declared, Ecosystem, Need, Package, need, table, words
from studio_git.core.manifesttexts import toml, without_comments, xml
from studio_git.core.versions import Scheme

_PROPERTY = re.compile(r"\$\{([^${}]{1,200})\}")
_JAVA_PROPERTIES = (
    "maven.compiler.release",
    "java.version",
    "maven.compiler.target",
    "maven.compiler.source",
)
_COORDINATES = re.compile(
    r"""["']([A-Za-z][\w.-]{0,200}):([A-Za-z][\w.-]{0,200})(?::([^"':@\s]{1,100}))?(?:[:@][^"']*)?["']"""
)
_NAMED = re.compile(
    r"""group\s*[:=]\s*["']([\w.-]{1,200})["']\s*,\s*name\s*[:=]\s*["']([\w.-]{1,200})["']"""
    r"""(?:\s*,\s*version\s*[:=]\s*["']([^"']{1,100})["'])?"""
)
_PLUGIN = re.compile(
    r"""(?<!\w)(id|kotlin)\s*\(?\s*["']([\w.-]{1,200})["']\s*\)?(?:\s*version\s*\(?\s*["']([^"']{1,100})["'])?"""
)
_JAVA = re.compile(
    r"""(?:JavaLanguageVersion\.of\(\s*|jvmToolchain\(\s*|sourceCompatibility\s*=\s*["']?|
        sourceCompatibility\s+["']?|JavaVersion\.toVersion\(\s*["']?)
        (?:JavaVersion\.VERSION_)?([0-9]{1,3}(?:[._][0-9]{1,3})?)""",
    re.VERBOSE,
)


def pom(text: str) -> Declared:
    """Maven's ``pom.xml``. Raises ManifestError."""
    root = xml(text)
    properties = {
        child.tag: (child.text or "").strip() for each in root.findall("properties")
        for child in each
    }  # fmt: skip
    packages = [
        _package(_text(each, "groupId", properties), _text(each, "artifactId", properties),
                 _text(each, "version", properties))
        for each in (*root.findall("parent"), *root.iter("dependency"), *root.iter("plugin"))
    ]  # fmt: skip
    java = [properties[name] for name in _JAVA_PROPERTIES if properties.get(name)]
    java += [
        found
        for plugin in root.iter("plugin")
        if (plugin.findtext("artifactId") or "").strip() == "maven-compiler-plugin"
        for name in ("release", "target", "source")
        if (found := _text(plugin, f"configuration/{name}", properties))
    ]
    said = next((each for value in java if (each := _java(_filled(value, properties)))), None)
    return Declared(tuple(packages), (need("java", Scheme.MINIMUM, said), Need("maven")))


def gradle(text: str) -> Declared:
    """``build.gradle`` in Groovy or Kotlin, as far as it is plain: nothing of it is run."""
    plain = without_comments(text)
    packages = [_package(*found) for found in _COORDINATES.findall(plain)]
    packages += [_package(*found) for found in _NAMED.findall(plain)]
    for word, plugin, version in _PLUGIN.findall(plain):
        packages.append(_plugin(f"org.jetbrains.kotlin.{plugin}" if word == "kotlin" else plugin,
                                version))  # fmt: skip
    said = next((_java(found.replace("_", ".")) for found in _JAVA.findall(plain)), None)
    return Declared(
        tuple(dict.fromkeys(packages)), (need("java", Scheme.MINIMUM, said), Need("gradle"))
    )


def version_catalog(text: str) -> Declared:
    """Gradle's ``libs.versions.toml``. Raises ManifestError."""
    whole = toml(text)
    known = table(whole, "versions")
    packages = []
    for said in table(whole, "libraries").values():
        module = said if isinstance(said, str) else words(table(said).get("module"))
        group, _, rest = module.partition(":")
        name, _, version = rest.partition(":")
        packages.append(
            _package(
                group or words(table(said).get("group")),
                name or words(table(said).get("name")),
                version or _referred(table(said).get("version"), known),
            )
        )
    for said in table(whole, "plugins").values():
        plugin, _, version = said.partition(":") if isinstance(said, str) else ("", "", "")
        packages.append(
            _plugin(
                plugin or words(table(said).get("id")),
                version or _referred(table(said).get("version"), known),
            )
        )
    return Declared(tuple(packages))


def _referred(said: object, known: Mapping[str, object]) -> str:
    """A version of the catalog: as text, by reference, or as a rich version."""
    for _ in range(2):
        if not isinstance(said, dict):
            break
        rich = said.get("require") or said.get("strictly") or said.get("prefer")
        said = known.get(words(said.get("ref"))) if "ref" in said else rich
    return words(said)


def _package(group: str, name: str, version: str = "") -> Package:
    return Package(Ecosystem.MAVEN, f"{group}:{name}", _release(version))


def _plugin(name: str, version: str = "") -> Package:
    """A plugin of Gradle's; its id is known as a group is."""
    return Package(Ecosystem.MAVEN, name, _release(version))


def _release(version: str) -> str | None:
    return None if "$" in version else versions.named(version)


def _text(element: Element, path: str, properties: Mapping[str, str]) -> str:
    return _filled((element.findtext(path) or "").strip(), properties)


def _filled(text: str, properties: Mapping[str, str]) -> str:
    """A text with the pom's own properties filled in, and those in them; others stay."""
    for _ in range(3):
        if len(text) > versions.LONGEST:
            return ""
        text = _PROPERTY.sub(lambda found: properties.get(found[1], found[0]), text)
    return text


def _java(said: str) -> str | None:
    """The release of Java that a text names; 1.8 is what was later called 8."""
    found = re.fullmatch(r"(?:1\.)?([0-9]{1,3})(?:\.0)*", said)
    return found[1] if found else None

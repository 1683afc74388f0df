"""The web dashboard in a real browser; STUDIO_PICTURES=1 writes the documentation's pictures."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from conftest import Repo
from storetools import change
from web.gallery import HOSTILE, make_gallery
from web.serving import Dashboard, serving

pytestmark = pytest.mark.editor

ROOT = Path(__file__).resolve().parents[2]
EDITORS = Path(os.environ.get("STUDIO_EDITORS") or ROOT / ".editors")
IMAGES = ROOT / "docs" / "images"
PLAYWRIGHT = "playwright-1.65.2"
PAGES = (
    "", "drift", "drift?view=unified", "timeline", "decisions", "learnings", "cycles", "registry",
    "projects", "search?q=limit",
)  # fmt: skip
WIDE = {"width": 1280, "height": 860}
NARROW = {"width": 380, "height": 760}

CONTRAST = """
() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const part = (v) => ((v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const colour = parse(getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((each) => each.nodeType === 3 && each.data.trim());
    if (!own || node.closest(".unseen, .skip, .archived")) continue;
    const [one, other] = [light(parse(getComputedStyle(node).color)), light(ground(node))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < 4.5) poor.push(`${node.className || node.tagName}: ${ratio.toFixed(2)}`);
  }
  return poor;
}
"""
"""Texts whose contrast is below 4.5, https://www.w3.org/TR/WCAG22/#contrast-minimum."""


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(EDITORS / PLAYWRIGHT))
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"],
        )
        yield opened
        opened.close()


@pytest.fixture
def db(make_repo: Callable[..., Repo], studio_home: Path) -> Path:
    return make_gallery(make_repo, studio_home)


@pytest.fixture
def served(db: Path) -> Iterator[Dashboard]:
    with serving("--no-browser") as dashboard:
        yield dashboard


@pytest.fixture
def page(browser: Any, served: Dashboard) -> Iterator[Any]:
    """A page that opened the dashboard; what it complains of is a fault."""
    opened = browser.new_page(viewport=WIDE, device_scale_factor=2)
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(served.address)
    yield opened
    assert complaints == []


def test_a_person_finds_their_way(page: Any) -> None:
    page.get_by_role("link", name="claude.md").first.click()
    _says(page.locator("h1"), "Drift")
    page.locator(":target h2").get_by_text("claude.md").first.wait_for()
    _says(page.locator(".split .line.removed em").first, ", with their zone")
    page.get_by_role("link", name="Unified").click()
    page.locator("table.unified").nth(1).wait_for()
    page.get_by_role("link", name="Timeline").click()
    _says(page.locator("h1"), "Timeline")
    folded = page.get_by_text("src/risk/check.py")
    assert not folded.is_visible()
    page.get_by_text("2 files").first.click()
    page.get_by_role("link", name="Look limits up in one place").click()
    _says(page.locator("h1"), "Look limits up in one place")
    page.get_by_role("link", name="One table of limits for every desk").click()
    page.get_by_role("link", name="A table of limits in each service").click()
    _says(page.locator(".badge"), "superseded")
    page.get_by_role("link", name="Cycles").first.click()
    page.get_by_role("link", name="Limits for every desk").click()
    page.locator(".tasks li").nth(2).wait_for()
    assert page.locator(".tasks li").count() == 3
    page.get_by_role("searchbox", name="Search everything").fill("negative")
    page.keyboard.press("Enter")
    _says(page.locator("mark").first, "negative")
    page.get_by_role("link", name="A limit below zero stops the request").click()
    page.locator("main").get_by_text("silently switched").first.wait_for()


def test_a_keyboard_is_enough(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_can_be_read(page: Any, db: Path, served: Dashboard, theme: str) -> None:
    """In both themes, on a wide window and on a narrow one, by eyes and by screen readers."""
    set_theme(db, theme)
    for name in PAGES:
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)
            page.goto(served.address + name)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], (name, wide)
            assert page.evaluate(CONTRAST) == [], name
        levels = page.evaluate(
            "[...document.querySelectorAll('h1,h2,h3')].map((each) => +each.tagName[1])"
        )
        assert levels.count(1) == 1
        assert all(b - a <= 1 for a, b in pairwise(levels)), (name, levels)
        unnamed = page.evaluate(
            "[...document.querySelectorAll('input:not([type=hidden]), select')]"
            ".filter((each) => !each.labels.length).length"
        )
        assert unnamed == 0, name


def test_follows_the_browser_where_it_is_asked_to(page: Any, db: Path) -> None:
    set_theme(db, "auto")
    grounds = set()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.reload()
        grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert grounds == {"rgb(244, 245, 248)", "rgb(14, 16, 22)"}


def test_what_a_store_says_does_nothing(browser: Any, db: Path, served: Dashboard) -> None:
    change(db, "UPDATE decisions SET title = ?, rationale = ?", HOSTILE, HOSTILE)
    change(db, "UPDATE sessions SET title = ?, summary = ?", HOSTILE, HOSTILE)
    page = browser.new_page(viewport=WIDE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name in (*PAGES, "studio", "studio/decisions", "studio/sessions"):
        page.goto(served.address + name)
        assert page.title() != "owned"
        assert page.locator("img, main script").count() == 0
    page.goto(served.address + "decisions")
    assert HOSTILE in page.locator("main").inner_text()
    foreign = [url for url in asked if not url.startswith(served.address)]
    assert all(re.fullmatch(r"http://127\.0\.0\.1:\d+/favicon\.ico", url) for url in foreign)


def test_datasettes_own_pages(browser: Any, served: Dashboard) -> None:
    page = browser.new_page(viewport=WIDE)
    page.goto(served.address)
    page.get_by_role("link", name="Tables and SQL").click()
    page.get_by_role("link", name="Dashboard: active cycles across projects").click()
    page.locator("table").get_by_text("Limits for every desk").first.wait_for()
    page.goto(f"{served.address}studio")
    page.locator("textarea[name=sql]").fill("select count(*) as made from decisions")
    page.locator("input[type=submit]").first.click()
    _says(page.locator("td").first, "4")
    page.get_by_role("link", name="home").click()
    _says(page.locator("h1"), "Overview")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures(page: Any, db: Path, served: Dashboard, tmp_path: Path, theme: str) -> None:
    set_theme(db, theme)
    suffix = "-dark" if theme == "dark" else ""
    folder = IMAGES if os.environ.get("STUDIO_PICTURES") else tmp_path
    for name, title in (("", "dashboard-web"), ("drift", "dashboard-web-drift")):
        page.goto(served.address + name)
        file = folder / f"{title}{suffix}.png"
        page.screenshot(path=str(file))
        assert file.stat().st_size > 20_000


def _says(found: Any, text: str) -> None:
    """Once the page that was asked for is there: a click returns before it is."""
    from playwright.sync_api import expect

    expect(found).to_have_text(text)


def set_theme(db: Path, theme: str) -> None:
    change(
        db,
        "INSERT INTO settings (key, value) VALUES ('theme', ?1) "
        "ON CONFLICT (key) DO UPDATE SET value = ?1",
        f'"{theme}"',
    )

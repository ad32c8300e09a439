"""What can be measured of a page as it stands: its width, its accessibility, its keyboard."""

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

TOO_WIDE = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const told = [`${root.scrollWidth} px in ${root.clientWidth}`];
  for (const el of document.querySelectorAll("body *")) {
    const box = el.getBoundingClientRect();
    if (box.width && box.right > root.clientWidth + 1 && told.length < 6)
      told.push(`${el.tagName}.${el.getAttribute("class") ?? ""} ${Math.round(box.right)}`);
  }
  return told;
}"""

RUN_AXE = """async ([rules, within]) => {
  const only = rules.length ? {runOnly: {type: "rule", values: rules}} : {};
  const part = document.querySelector(within);
  const found = await axe.run(part, {...only, resultTypes: ["violations"]});
  return found.violations
    .filter(one => ["serious", "critical"].includes(one.impact))
    .flatMap(one => one.nodes.slice(0, 5).map(node => {
      const data = node.any[0]?.data ?? {};
      const pair = `${data.fgColor} on ${data.bgColor}`;
      const why = data.contrastRatio ? ` ${pair}: ${data.contrastRatio}` : "";
      return `${one.id}: ${node.target.join(" ")}${why}`;
    }));
}"""

LIST_STOPS = """() => {
  const kinds = "a[href], button, input, select, textarea, summary, audio[controls], [tabindex]";
  const seen = el => el.checkVisibility({visibilityProperty: true}) && el.getClientRects().length;
  const inert = el => el.disabled || el.closest("[inert]") || el.tabIndex < 0;
  window.__stops = [...document.querySelectorAll(kinds)].filter(
    el => seen(el) && !inert(el) && el.type !== "radio" && el.type !== "hidden");
  const root = document.documentElement;
  root.tabIndex = -1;
  root.focus();
  root.removeAttribute("tabindex");
  return {
    count: window.__stops.length,
    outOfOrder: window.__stops.filter(el => el.tabIndex > 0).map(el => el.outerHTML.slice(0, 90)),
  };
}"""

STOP_NOW = """() => {
  const el = document.activeElement;
  if (!el || el === document.body) return null;
  const ringed = one => {
    if (!one) return false;
    const style = getComputedStyle(one);
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
    return outlined || style.boxShadow !== "none";
  };
  const box = el.getBoundingClientRect();
  return {
    number: window.__stops.indexOf(el),
    ringed: [el, el.nextElementSibling, el.parentElement, el.closest("label")].some(ringed),
    onScreen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    text: el.outerHTML.slice(0, 120),
  };
}"""

NAME_STOP = """number => {
  const el = window.__stops[number];
  return el.isConnected ? el.outerHTML.slice(0, 120) : null;
}"""
"""None: the page has put something else in its place meanwhile."""


@cache
def axe() -> str:
    """The source of axe-core."""
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways."""
    found: list[str] = page.evaluate(TOO_WIDE)
    return found


def axe_findings(page: Page, *rules: str, within: str = "html") -> list[str]:
    """Serious and critical findings of axe-core, of all its rules or only of those named.

    ``within``: the part of the page that is looked at.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe())
    found: list[str] = page.evaluate(RUN_AXE, [list(rules), within])
    return found


def keyboard_faults(page: Page, most: int = 80) -> list[str]:
    """Controls that Tab does not reach in their order, or that do not show that they were.

    Of a page with very many controls the first ``most`` are tried.
    """
    stops: dict[str, Any] = page.evaluate(LIST_STOPS)
    faults = [f"asks for a place in the order: {text}" for text in stops["outOfOrder"]]
    reached: list[int] = []
    tries = min(stops["count"], most)
    for _ in range(2 * tries + 10):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP_NOW)
        if stop is None:
            break
        if not stop["ringed"]:
            faults.append(f"focus is not seen: {stop['text']}")
        if not stop["onScreen"]:
            faults.append(f"focus is out of sight: {stop['text']}")
        if stop["number"] >= 0 and stop["number"] not in reached:
            reached.append(stop["number"])
        if len(reached) >= tries:
            break
    missed = sorted(set(range(tries)) - set(reached))
    names = [page.evaluate(NAME_STOP, number) for number in missed]
    faults += [f"not reached: {name}" for name in names if name is not None]
    if reached != sorted(reached):
        faults.append(f"reached in another order than written: {reached}")
    return list(dict.fromkeys(faults))

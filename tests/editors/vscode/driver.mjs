// Drives VS Code in a Chromium without a screen, for tests/editors/vscode/window.py.
//
// Each line of standard input is a request {"name", "args"}, answered by one line {"result"} or
// {"error"}. Every request waits for what it wants to see, up to a deadline; none sleeps.
//
// node driver.mjs ADDRESS FOLDER-WITH-PLAYWRIGHT WIDTH HEIGHT SCALE

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [address, editors, width, height, scale] = process.argv.slice(2);
const { chromium } = createRequire(`${editors}/package.json`)("playwright-core");

const DEADLINE = 60_000;
const SHORT = 2_000;

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"],
});
const page = await browser.newPage({
  viewport: { width: Number(width), height: Number(height) },
  deviceScaleFactor: Number(scale),
});
page.setDefaultTimeout(DEADLINE);

const editor = page.locator(".editor-group-container.active .editor-instance");
const widget = page.locator(".quick-input-widget");
const codeActions = page.locator(".action-widget .monaco-list-row.action");

/** Try until `attempt` gives something other than undefined. */
async function until(what, attempt) {
  const end = Date.now() + DEADLINE;
  for (;;) {
    const found = await attempt();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`not within ${DEADLINE} ms: ${what}`);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
}

/** True where a locator comes to be visible before the short deadline. */
async function appears(locator) {
  try {
    await locator.first().waitFor({ state: "visible", timeout: SHORT });
    return true;
  } catch (error) {
    if (error.name === "TimeoutError") return false;
    throw error;
  }
}

/** The lines that an editor shows, in their order on the screen. */
async function linesOf(locator) {
  const lines = await locator.locator(".view-lines .view-line").evaluateAll((nodes) =>
    nodes
      .map((node) => [node.getBoundingClientRect().top, node.textContent])
      .sort(([one], [other]) => one - other)
      .map(([, text]) => text.replace(/\u00a0/g, " ")),
  );
  return lines;
}

/** Type into the box at the top of the window; a key pressed while a page loads can be lost. */
async function fillBox(key, typed) {
  const box = widget.locator("input.input").first();
  await until(`the box that ${key} opens`, async () => {
    await page.keyboard.press(key);
    if (!(await appears(box))) return undefined;
    try {
      await box.fill(typed, { timeout: SHORT });
      return true;
    } catch (error) {
      if (error.name === "TimeoutError") return undefined;
      throw error;
    }
  });
}

/** The same, and take the first row with the given text; the list is not made anew by itself. */
async function pick(key, typed, row) {
  const wanted = widget.locator(".monaco-list-row", { hasText: row }).first();
  await until(`${row} in the list of ${key}`, async () => {
    await fillBox(key, typed);
    if (await appears(wanted)) return true;
    await page.keyboard.press("Escape");
    return undefined;
  });
  await wanted.click();
}

const requests = {
  /** Load a folder, and wait for the window. */
  async folder(path) {
    await page.goto(`${address}/?folder=${encodeURIComponent(path)}`);
    await page.locator(".monaco-workbench").waitFor();
    await page.locator(".statusbar-item").first().waitFor();
  },

  /** Open a file by its name. */
  async open(name) {
    await pick("Control+P", name, name.split("/").at(-1));
    await page.locator(".tab.active", { hasText: name.split("/").at(-1) }).waitFor();
    await editor.locator(".view-line").first().waitFor();
  },

  /** Run a command of the palette by its title. */
  async command(title) {
    await pick("F1", `>${title}`, title);
  },

  /** The rows of the palette for what is typed. */
  async palette(typed) {
    await fillBox("F1", `>${typed}`);
    await widget.locator(".monaco-list-row", { hasText: typed }).first().waitFor();
    const rows = await widget.locator(".monaco-list-row .label-name").allTextContents();
    await page.keyboard.press("Escape");
    return rows;
  },

  /** Take the row with a title, and this beside it, from the list that is open at the top. */
  async choose(title, beside = "") {
    await widget.locator("input.input").first().fill(title);
    const rows = widget.locator(".monaco-list-row", { hasText: title });
    await rows.filter({ hasText: beside }).first().waitFor();
    const focused = widget.locator(".monaco-list-row.focused");
    await until(`${title} ${beside} in focus`, async () => {
      const text = await focused.innerText();
      if (text.includes(title) && text.includes(beside)) return true;
      await page.keyboard.press("ArrowDown");
      return undefined;
    });
    await page.keyboard.press("Enter");
  },

  /** The rows of the list that is open at the top of the window. */
  async choices() {
    await widget.locator(".monaco-list-row").first().waitFor();
    return widget.locator(".monaco-list-row").allTextContents();
  },

  /** Put the cursor on a line and column, both from 1. */
  async goTo(line, column) {
    await fillBox("Control+G", `:${line}:${column}`);
    await page.keyboard.press("Enter");
    await widget.waitFor({ state: "hidden" });
    await page
      .locator(".statusbar-item", { hasText: new RegExp(`Ln ${line}, Col ${column}\\b`) })
      .waitFor();
  },

  /** Wait for underlined text of a severity: error, warning or info. */
  async squiggles(severity, count) {
    const found = editor.locator(`.squiggly-${severity}`);
    return until(`${count} × squiggly-${severity}`, async () => {
      const there = await found.count();
      return there === count ? there : undefined;
    });
  },

  /** Wait for a lens with this text; the answer is all of them. */
  async lens(text) {
    await editor.locator(".codelens-decoration", { hasText: text }).first().waitFor();
    return editor.locator(".codelens-decoration").allTextContents();
  },

  /** Click on the lens with this text. */
  async clickLens(text) {
    await editor.locator(".codelens-decoration a", { hasText: text }).first().click();
  },

  /** Wait until the panel of problems shows this text; the answer is all rows. */
  async problem(text) {
    if (!(await page.locator(".markers-panel").isVisible())) {
      await page.keyboard.press("Control+Shift+M");
    }
    await page.locator(".markers-panel .monaco-list-row", { hasText: text }).first().waitFor();
    return page.locator(".markers-panel .monaco-list-row").allTextContents();
  },

  /** The titles of the code actions at the cursor. */
  async codeActions(title) {
    await until(`a code action ${title}`, async () => {
      await page.keyboard.press("Control+.");
      if (await appears(codeActions.filter({ hasText: title }))) return true;
      await page.keyboard.press("Escape");
      return undefined;
    });
    const titles = await codeActions.allTextContents();
    await page.keyboard.press("Escape");
    return titles;
  },

  /** Take the code action with exactly this title at the cursor. */
  async codeAction(title) {
    const wanted = codeActions.filter({ has: page.getByText(title, { exact: true }) });
    await until(`the code action ${title}`, async () => {
      await page.keyboard.press("Control+.");
      if (await appears(wanted)) return true;
      await page.keyboard.press("Escape");
      return undefined;
    });
    // With the keyboard: the menu takes no click before the mouse was moved over it.
    const focused = page.locator(".action-widget .monaco-list-row.action.focused");
    for (let rows = await codeActions.count(); rows > 0; rows -= 1) {
      if ((await focused.innerText()).trim() === title) break;
      await page.keyboard.press("ArrowDown");
    }
    await page.keyboard.press("Enter");
    await codeActions.first().waitFor({ state: "hidden" });
  },

  /** Show the hover at the cursor until it has this text; the answer is all of its text. */
  async hover(text) {
    const shown = page.locator(".monaco-hover:not(.hidden) .hover-contents");
    const found = await until(`a hover with ${text}`, async () => {
      await page.keyboard.press("Control+K");
      await page.keyboard.press("Control+I");
      if (await appears(shown.filter({ hasText: text }))) return shown.allInnerTexts();
      await page.keyboard.press("Escape");
      return undefined;
    });
    return found.join("\n");
  },

  /** Ask for completions at the cursor until one has this label, and take it. */
  async complete(label) {
    const row = page.locator(".suggest-widget.visible .monaco-list-row", { hasText: label });
    await until(`the completion ${label}`, async () => {
      await page.keyboard.press("Control+Space");
      if (await appears(row)) return true;
      await page.keyboard.press("Escape");
      return undefined;
    });
    await row.first().click();
  },

  async type(text) {
    await page.keyboard.type(text);
  },

  async press(keys) {
    await page.keyboard.press(keys);
  },

  /** Wait until the active editor shows this text; the answer is all lines that are visible. */
  async shows(text) {
    return until(`the editor showing ${text}`, async () => {
      const lines = await linesOf(editor);
      return lines.join("\n").includes(text) ? lines : undefined;
    });
  },

  /** Wait until a preview of Markdown shows this text. */
  async preview(text) {
    await until(`a preview of ${text}`, async () => {
      for (const frame of page.frames()) {
        const found = await frame.getByText(text).first().isVisible().catch(() => false);
        if (found && frame !== page.mainFrame()) return true;
      }
      return undefined;
    });
  },

  /** Wait for a comparison with these texts; the answer is its title and both sides. */
  async comparison(left, right) {
    const diff = page.locator(".monaco-diff-editor");
    await diff.waitFor();
    const sides = await until(`a comparison of ${left} with ${right}`, async () => {
      const original = await linesOf(diff.locator(".editor.original"));
      const modified = await linesOf(diff.locator(".editor.modified"));
      return original.join("\n").includes(left) && modified.join("\n").includes(right)
        ? { left: original, right: modified }
        : undefined;
    });
    return { ...sides, title: await page.locator(".tab.active").first().innerText() };
  },

  /** Wait until the item in the status bar has this text; the answer is all of it. */
  async status(text) {
    const item = page.locator(".statusbar-item", { hasText: "Studio:" });
    await item.filter({ hasText: text }).waitFor();
    return item.innerText();
  },

  /** Click on the item in the status bar. */
  async clickStatus() {
    await page.locator(".statusbar-item a", { hasText: "Studio:" }).click();
  },

  /** Wait for a message to the user with this text. */
  async message(text) {
    const found = page.locator(".notification-list-item", { hasText: text });
    await found.first().waitFor();
    return found.first().innerText();
  },

  /** Press a button of the message with this text. */
  async answer(text, button) {
    const found = page.locator(".notification-list-item", { hasText: text }).first();
    await found.hover();
    await found.locator(".monaco-button", { hasText: button }).click();
  },

  /** Wait for an open tab with this title. */
  async tab(title) {
    await page.locator(".tab", { hasText: title }).first().waitFor();
  },

  /** Put the cursor into the box for the commit message. */
  async commitBox() {
    await page.keyboard.press("Control+Shift+G");
    await page.locator(".scm-editor .monaco-editor").first().click();
    await page.locator(".scm-editor .monaco-editor.focused").waitFor();
  },

  /** Wait for underlined text in the box for the commit message. */
  async commitBoxSquiggle() {
    await page.locator(".scm-editor .squiggly-warning").first().waitFor();
  },

  async picture(path) {
    await page.screenshot({ path, animations: "disabled", caret: "hide" });
  },
};

const input = createInterface({ input: process.stdin });
process.stdout.write(`${JSON.stringify({ result: "ready" })}\n`);
for await (const line of input) {
  const { name, args } = JSON.parse(line);
  let answer;
  try {
    answer = { result: (await requests[name](...args)) ?? null };
  } catch (error) {
    answer = { error: String(error.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();

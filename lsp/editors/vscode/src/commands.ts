// The server's commands, as VS Code calls them: the language client registers them, and here they
// get the argument that a palette leaves out, and their answers are shown.

import * as vscode from "vscode";
import type { ExecuteCommandMiddleware } from "vscode-languageclient/node";
import { COMMIT_BOX } from "./commitbox";

/** Schemes of documents that the server knows. */
export const SCHEMES = ["file", COMMIT_BOX];

const OF_ALL_FILES = new Set([
  "studio.debugInformation",
  "studio.openDashboard",
  "studio.syncContext",
]);
const OF_A_LINE = new Set(["studio.why"]);
const OF_A_RANGE = new Set([
  "studio.recordDecision",
  "studio.recordLearning",
  "studio.recordQuestion",
]);
const OF_A_POSITION = new Set(["studio.insertSkill"]);

/** How long a message stays in the status bar, in milliseconds. */
const MESSAGE_TIME = 5000;

type Execute = NonNullable<ExecuteCommandMiddleware["executeCommand"]>;

interface Comparison {
  left: string;
  right: string;
  title: string;
}

/** Between VS Code and the server: `done` is told after each command. */
export function executeCommand(done: () => void): Execute {
  return async (command, args, next) => {
    const result: unknown = await next(command, completed(command, args));
    await show(command, result);
    done();
    return result;
  };
}

/** The arguments, with the active editor's document where nothing was given. */
function completed(command: string, args: unknown[]): unknown[] {
  const [first] = args;
  if (first instanceof vscode.Uri) {
    return [{ uri: first.toString() }];
  }
  if (first !== undefined && first !== null) {
    return args;
  }
  const editor = vscode.window.activeTextEditor;
  if (OF_ALL_FILES.has(command) || !editor || !SCHEMES.includes(editor.document.uri.scheme)) {
    return [];
  }
  return [{ uri: editor.document.uri.toString(), ...place(command, editor.selection) }];
}

/** VS Code counts lines and UTF-16 units from 0, as the protocol does with this client. */
function place(command: string, selection: vscode.Selection): object {
  const { start, end, active } = selection;
  if (OF_A_LINE.has(command)) {
    return { line: active.line };
  }
  if (OF_A_RANGE.has(command)) {
    return { range: { start: plain(start), end: plain(end) } };
  }
  return OF_A_POSITION.has(command) ? { position: plain(active) } : {};
}

function plain(position: vscode.Position): { line: number; character: number } {
  return { line: position.line, character: position.character };
}

/** Show what a command came to; the server tells problems by itself. */
async function show(command: string, result: unknown): Promise<void> {
  if (isComparison(result)) {
    const [left, right] = [vscode.Uri.parse(result.left), vscode.Uri.parse(result.right)];
    await vscode.commands.executeCommand("vscode.diff", left, right, result.title);
    return;
  }
  const { message } = (result ?? {}) as { message?: unknown };
  if (typeof message !== "string" || message.includes("\n")) {
    return;
  }
  if (command === "studio.status") {
    void vscode.window.showInformationMessage(message);
  } else {
    vscode.window.setStatusBarMessage(message, MESSAGE_TIME);
  }
}

function isComparison(result: unknown): result is Comparison {
  const { left, right, title } = (result ?? {}) as Partial<Record<string, unknown>>;
  return typeof left === "string" && typeof right === "string" && typeof title === "string";
}

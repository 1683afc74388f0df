// The list that a click on the status bar item opens.

import * as vscode from "vscode";
import { nameOf, type FileStatus } from "./status";

interface Choice extends vscode.QuickPickItem {
  run?: () => Thenable<unknown>;
}

const ON_A_FILE: [string, string, string][] = [
  ["diff", "Compare with Studio's version", "studio.compare"],
  ["repo-push", "Accept into Studio", "studio.acceptIntoStudio"],
  ["repo-pull", "Use Studio's version", "studio.useStudioVersion"],
  ["git-merge", "Merge both", "studio.mergeBoth"],
  ["bell-slash", "Dismiss", "studio.dismiss"],
];
const ANYWHERE: [string, string, string][] = [
  ["sync", "Sync what is unambiguous", "studio.syncContext"],
  ["discard", "Undo the last resolution", "studio.undo"],
  ["dashboard", "Open the dashboard", "studio.openDashboard"],
];
const HERE: [string, string, string][] = [
  ["output", "Show the log", "studio.showLog"],
  ["debug-restart", "Restart the server", "studio.restart"],
];

/** Offer what fits: files that differ first, then the rest; without a server only our own. */
export async function pickAction(drifted: FileStatus[], running: boolean): Promise<void> {
  const choices: Choice[] = running
    ? [...drifted.flatMap(ofFile), separator("Everywhere"), ...ANYWHERE.map(plain)]
    : [];
  choices.push(separator("Language server"), ...HERE.map(plain));
  const chosen = await vscode.window.showQuickPick(choices, {
    placeHolder: "Project Studio",
    matchOnDescription: true,
  });
  await chosen?.run?.();
}

function ofFile(file: FileStatus): Choice[] {
  const uri = vscode.Uri.parse(file.uri);
  const name = nameOf(file);
  return [
    separator(`${name}: ${file.summary}`),
    {
      label: "$(go-to-file) Open",
      description: name,
      run: () => vscode.commands.executeCommand("vscode.open", uri),
    },
    ...ON_A_FILE.map(([icon, title, command]) => ({
      label: `$(${icon}) ${title}`,
      description: name,
      run: () => openAndRun(uri, command),
    })),
  ];
}

/** The server works on open documents; one that is missing is left to it to tell. */
async function openAndRun(uri: vscode.Uri, command: string): Promise<unknown> {
  try {
    await vscode.window.showTextDocument(uri, { preview: false });
  } catch {
    // There is no such file, which may be the very difference.
  }
  return vscode.commands.executeCommand(command, { uri: uri.toString() });
}

function plain([icon, title, command]: [string, string, string]): Choice {
  return {
    label: `$(${icon}) ${title}`,
    run: () => vscode.commands.executeCommand(command),
  };
}

function separator(label: string): Choice {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

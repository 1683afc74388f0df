// Project Studio in VS Code: starts the language server and shows what it says.

import * as vscode from "vscode";
import { Companion } from "./companion";
import { contributedKeys } from "./settings";

let companion: Companion | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const keys = contributedKeys(context.extension.packageJSON);
  const help = vscode.Uri.joinPath(context.extensionUri, "help.md");
  const made = new Companion(keys, help);
  companion = made;
  context.subscriptions.push(
    made,
    vscode.commands.registerCommand("studio.restart", () => made.restart()),
    vscode.commands.registerCommand("studio.showLog", () => made.showLog()),
    vscode.commands.registerCommand("studio.actions", () => made.pickAction()),
    vscode.workspace.onDidChangeConfiguration((event) =>
      event.affectsConfiguration("studio.server.path") ? made.restart() : undefined,
    ),
  );
  await made.restart();
}

export async function deactivate(): Promise<void> {
  await companion?.close();
}

// The settings that the server is told.
//
// Only what the user set is sent. VS Code would send its own defaults as well, and they would win
// over what a repository proposes in .studio.toml.

import * as vscode from "vscode";

export const SECTION = "studio";

/** Settings of this extension alone; the server has no use for them. */
const OURS = ["server.path"];

type Tree = { [name: string]: Tree | unknown };

/** What was set, as a nested object: `{"hover": {"why": true}}`. */
export function chosenSettings(keys: readonly string[], resource?: vscode.Uri): Tree {
  const configuration = vscode.workspace.getConfiguration(SECTION, resource);
  const chosen: Tree = {};
  for (const key of keys) {
    if (!OURS.includes(key) && isSet(configuration, key)) {
      put(chosen, key.split("."), configuration.get(key));
    }
  }
  return chosen;
}

/** The keys that the manifest contributes, without the section's name. */
export function contributedKeys(manifest: {
  contributes: { configuration: { properties: Record<string, unknown> } };
}): string[] {
  const names = Object.keys(manifest.contributes.configuration.properties);
  return names.map((name) => name.slice(SECTION.length + 1));
}

function isSet(configuration: vscode.WorkspaceConfiguration, key: string): boolean {
  const found = configuration.inspect(key);
  const values = [found?.globalValue, found?.workspaceValue, found?.workspaceFolderValue];
  return values.some((value) => value !== undefined);
}

function put(tree: Tree, path: string[], value: unknown): void {
  const [name, ...rest] = path;
  if (name === undefined) {
    return;
  }
  if (rest.length === 0) {
    tree[name] = value;
    return;
  }
  tree[name] ??= {};
  put(tree[name] as Tree, rest, value);
}

// Which program is the language server.
//
// What runs must never be chosen by a repository: the setting has machine scope, and of PATH only
// absolute folders count, because a relative one would be looked up in the repository.

import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";

const WINDOWS = process.platform === "win32";
const NAME = WINDOWS ? "studio-lsp.exe" : "studio-lsp";

/** Where the server was found, or one sentence for the user saying why it was not. */
export type Found = { path: string } | { problem: string };

/** Look where the user says, else on PATH, else where pip, pipx and uv put programs. */
export async function findServer(setting: string): Promise<Found> {
  if (setting) {
    const path = withHome(setting);
    if (!isAbsolute(path)) {
      return { problem: `The setting studio.server.path is no absolute path: ${setting}` };
    }
    return (await isProgram(path))
      ? { path }
      : { problem: `The setting studio.server.path names no program: ${setting}` };
  }
  for (const folder of folders()) {
    const path = join(folder, NAME);
    if (await isProgram(path)) {
      return { path };
    }
  }
  return { problem: "The language server studio-lsp was not found on this machine." };
}

function folders(): string[] {
  const named = (process.env.PATH ?? "").split(delimiter).filter(isAbsolute);
  return [...named, join(homedir(), ".local", "bin")];
}

function withHome(path: string): string {
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, WINDOWS ? constants.F_OK : constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

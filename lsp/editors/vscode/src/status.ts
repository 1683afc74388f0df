// The item in the status bar: whether the context files are in step, and what can be done.

import * as vscode from "vscode";

/** What `studio.status` answers, as far as it is shown. */
export interface Status {
  message?: string;
  kind?: string | null;
  files?: FileStatus[];
  project?: string | null;
  cycle?: string | null;
}

export interface FileStatus {
  uri: string;
  kind: string | null;
  summary: string;
  dismissed?: boolean;
}

/** Long enough for one burst of changes, short enough to seem immediate. */
const PAUSE = 200;

export class StatusBar implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;
  private readonly listeners: vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;
  private asking = false;
  private again = false;
  private last: Status | undefined;

  /** `ask` gets the status from the server; undefined where there is none to be had. */
  constructor(private readonly ask: () => Promise<Status | undefined>) {
    this.item = vscode.window.createStatusBarItem("studio.status", vscode.StatusBarAlignment.Left);
    this.item.name = "Project Studio";
    this.item.command = "studio.actions";
    this.listeners = [
      vscode.languages.onDidChangeDiagnostics(() => this.refresh()),
      vscode.window.onDidChangeActiveTextEditor(() => this.refresh()),
      vscode.window.onDidChangeWindowState((window) => window.focused && this.refresh()),
    ];
  }

  /** The files that differ, as the server said last. */
  get drifted(): FileStatus[] {
    return (this.last?.files ?? []).filter(differs);
  }

  /** Say why there is no server. */
  tellProblem(text: string, tooltip: string): void {
    this.last = undefined;
    this.show(`$(circle-slash) Studio: ${text}`, tooltip);
  }

  /** Ask the server again soon; many calls in a row are one question. */
  refresh(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.update(), PAUSE);
  }

  dispose(): void {
    clearTimeout(this.timer);
    vscode.Disposable.from(this.item, ...this.listeners).dispose();
  }

  private async update(): Promise<void> {
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    try {
      const status = await this.ask();
      if (status) {
        this.last = status;
        this.draw(status);
      }
    } finally {
      this.asking = false;
    }
    if (this.again) {
      this.again = false;
      this.refresh();
    }
  }

  private draw(status: Status): void {
    const files = this.drifted;
    if (files.length === 0) {
      const icon = status.project ? "$(check)" : "$(circle-outline)";
      this.show(`${icon} Studio: ${status.project ? "synced" : "no project"}`, tooltip(status));
      return;
    }
    const conflicts = files.some((file) => file.kind === "conflict");
    const [only] = files;
    const text = files.length === 1 && only ? nameOf(only) : `${files.length} files`;
    const icon = conflicts ? "$(error)" : "$(git-compare)";
    const verb = files.length === 1 ? "differs" : "differ";
    this.show(`${icon} Studio: ${text} ${verb}`, tooltip(status), conflicts);
  }

  private show(text: string, tip: string | vscode.MarkdownString, alarming = false): void {
    this.item.text = text;
    this.item.tooltip = tip;
    this.item.backgroundColor = alarming
      ? new vscode.ThemeColor("statusBarItem.errorBackground")
      : undefined;
    this.item.show();
  }
}

/** A path below its workspace folder, as people name it. */
export function nameOf(file: FileStatus): string {
  return vscode.workspace.asRelativePath(vscode.Uri.parse(file.uri));
}

function differs(file: FileStatus): boolean {
  return Boolean(file.kind) && file.kind !== "synced" && !file.dismissed;
}

function tooltip(status: Status): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  const lines = [
    status.project ? `Project: ${status.project}` : "This folder is not bound to a project.",
    ...(status.cycle ? [`Cycle: ${status.cycle}`] : []),
    ...(status.files ?? []).map((file) => `${nameOf(file)}: ${file.summary || "in step"}`),
  ];
  for (const line of lines) {
    text.appendText(line).appendMarkdown("\n\n");
  }
  return text;
}

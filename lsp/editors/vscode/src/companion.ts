// The server's life: found, started, restarted, stopped, and what is told when that fails.

import { homedir } from "node:os";
import * as vscode from "vscode";
import {
  DidChangeConfigurationNotification,
  ExecuteCommandRequest,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
} from "vscode-languageclient/node";
import { pickAction } from "./actions";
import { executeCommand, SCHEMES } from "./commands";
import { CommitBox } from "./commitbox";
import { findServer } from "./server";
import { chosenSettings, SECTION } from "./settings";
import { type Status, StatusBar } from "./status";

const HELP = "What to do";
const LOG = "Show the log";

export class Companion implements vscode.Disposable {
  private readonly log = vscode.window.createOutputChannel("Project Studio", { log: true });
  private readonly status = new StatusBar(() => this.askStatus());
  private client: LanguageClient | undefined;
  private commitBox: CommitBox | undefined;
  private turn: Promise<void> = Promise.resolve();

  /** `keys` are the settings' names without the section's; `help` is the page for a first start. */
  constructor(
    private readonly keys: readonly string[],
    private readonly help: vscode.Uri,
  ) {}

  /** Start the server, or start it again. One call waits for the other. */
  restart(): Promise<void> {
    this.turn = this.turn.then(async () => {
      await this.stop();
      await this.start();
    });
    return this.turn;
  }

  /** End the server; VS Code waits for it when it closes. */
  close(): Promise<void> {
    this.turn = this.turn.then(() => this.stop());
    return this.turn;
  }

  showLog(): void {
    this.log.show();
  }

  pickAction(): Promise<void> {
    return pickAction(this.status.drifted, this.running);
  }

  dispose(): void {
    vscode.Disposable.from(this.status, this.log).dispose();
  }

  private get running(): boolean {
    return this.client?.state === State.Running;
  }

  private async start(): Promise<void> {
    const found = await findServer(
      vscode.workspace.getConfiguration(SECTION).get<string>("server.path", ""),
    );
    if ("problem" in found) {
      this.log.error(found.problem);
      this.status.tellProblem("no server", found.problem);
      this.offer(found.problem);
      return;
    }
    this.log.info(`Starting ${found.path}`);
    // Not in the repository: programs that a server starts must not be looked up there.
    const executable = { command: found.path, options: { cwd: homedir() } };
    const client = new LanguageClient(SECTION, "Project Studio", executable, this.options());
    client.onDidChangeState(({ newState }) => this.stateChanged(newState));
    this.client = client;
    this.commitBox = new CommitBox(client);
    try {
      await client.start();
    } catch (error) {
      this.log.error("The server did not start", String(error));
      this.status.tellProblem("not started", "The language server did not start.");
      this.offer("Project Studio's language server did not start.", LOG);
    }
  }

  private async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.commitBox?.dispose();
    if (client?.needsStop()) {
      await client.dispose();
    }
  }

  private stateChanged(state: State): void {
    void vscode.commands.executeCommand("setContext", "studio.running", state === State.Running);
    if (state === State.Running) {
      this.status.refresh();
    } else if (state === State.Starting) {
      this.status.tellProblem("starting", "The language server is starting.");
    } else {
      this.status.tellProblem("stopped", "The language server has stopped.");
    }
  }

  private options(): LanguageClientOptions {
    return {
      documentSelector: SCHEMES.map((scheme) => ({ scheme })),
      outputChannel: this.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      // No settings: the server asks for those, and what is told here counts to the end.
      initializationOptions: { client: { comparison: true } },
      initializationFailedHandler: () => false,
      diagnosticPullOptions: { onChange: true },
      middleware: {
        executeCommand: executeCommand(() => this.status.refresh()),
        workspace: {
          configuration: (params, token, next) =>
            params.items.every((item) => item.section === SECTION)
              ? params.items.map((item) => chosenSettings(this.keys, resource(item.scopeUri)))
              : next(params, token),
          didChangeConfiguration: () => this.sendSettings(),
        },
        window: {
          showDocument: (params, token, next) =>
            isPage(params.uri) ? preview(params.uri) : next(params, token),
        },
      },
    };
  }

  private async sendSettings(): Promise<void> {
    const settings = { [SECTION]: chosenSettings(this.keys) };
    await this.client?.sendNotification(DidChangeConfigurationNotification.type, { settings });
  }

  private async askStatus(): Promise<Status | undefined> {
    if (!this.client || !this.running) {
      return undefined;
    }
    const params = { command: "studio.status", arguments: [{}] };
    try {
      return (await this.client.sendRequest(ExecuteCommandRequest.type, params)) as Status;
    } catch (error) {
      this.log.debug("No status", String(error));
      return undefined;
    }
  }

  private offer(problem: string, ...buttons: string[]): void {
    void vscode.window.showWarningMessage(problem, HELP, ...buttons).then((button) => {
      if (button === HELP) {
        return vscode.commands.executeCommand("markdown.showPreview", this.help);
      }
      return button === LOG ? this.log.show() : undefined;
    });
  }
}

/** The server's own pages, such as the dashboard, are there to be read and not to be edited. */
function isPage(uri: string): boolean {
  return uri.startsWith("studio:") && uri.endsWith(".md");
}

async function preview(uri: string): Promise<{ success: boolean }> {
  await vscode.commands.executeCommand("markdown.showPreview", vscode.Uri.parse(uri));
  return { success: true };
}

function resource(uri: string | undefined): vscode.Uri | undefined {
  return uri ? vscode.Uri.parse(uri) : undefined;
}

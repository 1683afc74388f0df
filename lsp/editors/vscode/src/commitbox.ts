// Diagnostics in the box of a commit message.
//
// The language client pulls diagnostics of what stands in a tab, and the box stands in none. So
// they are pulled here, after each pause in typing.

import * as vscode from "vscode";
import { DocumentDiagnosticRequest, type LanguageClient, State } from "vscode-languageclient/node";

export const COMMIT_BOX = "vscode-scm";
const PAUSE = 300;

export class CommitBox implements vscode.Disposable {
  private readonly found = vscode.languages.createDiagnosticCollection("studio-commit");
  private readonly listeners: vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly client: LanguageClient) {
    this.listeners = [
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.scheme === COMMIT_BOX) {
          clearTimeout(this.timer);
          this.timer = setTimeout(() => void this.pull(document), PAUSE);
        }
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.found.delete(uri)),
    ];
  }

  dispose(): void {
    clearTimeout(this.timer);
    vscode.Disposable.from(this.found, ...this.listeners).dispose();
  }

  private async pull(document: vscode.TextDocument): Promise<void> {
    const pulls = this.client.initializeResult?.capabilities.diagnosticProvider;
    if (this.client.state !== State.Running || !pulls) {
      return;
    }
    const textDocument = this.client.code2ProtocolConverter.asTextDocumentIdentifier(document);
    const { version } = document;
    try {
      const params = { textDocument };
      const report = await this.client.sendRequest(DocumentDiagnosticRequest.type, params);
      if (report.kind === "full" && document.version === version) {
        const items = await this.client.protocol2CodeConverter.asDiagnostics(report.items);
        this.found.set(document.uri, items);
      }
    } catch (error) {
      this.client.debug("No diagnostics of the commit message", String(error));
    }
  }
}

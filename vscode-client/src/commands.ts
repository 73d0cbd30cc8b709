/**
 * The commands of the palette.
 */

import * as vscode from "vscode";

export interface CommandParts {
  readonly log: vscode.LogOutputChannel;
  readonly trace: vscode.OutputChannel;
  readonly restart: () => Promise<void>;
  /** The text of the debug information as of now. */
  readonly debugInformation: () => string;
}

const SCHEME = "hangup-debug";

/** Register all commands; dispose to remove them. */
export function registerCommands(parts: CommandParts): vscode.Disposable {
  const page = new DebugPage(parts.debugInformation);
  return vscode.Disposable.from(
    page,
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, page),
    vscode.commands.registerCommand("hangup.restart", parts.restart),
    vscode.commands.registerCommand("hangup.showLogs", () => {
      parts.log.show(true);
    }),
    vscode.commands.registerCommand("hangup.showServerTrace", () => {
      parts.trace.show(true);
    }),
    vscode.commands.registerCommand("hangup.debugInformation", () => page.open()),
  );
}

/** A page that cannot be edited and need not be saved. */
class DebugPage implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #uri = vscode.Uri.from({ scheme: SCHEME, path: "hangup debug information" });
  readonly onDidChange = this.#changed.event;

  constructor(readonly provideTextDocumentContent: () => string) {}

  async open(): Promise<void> {
    this.#changed.fire(this.#uri);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(this.#uri), { preview: true });
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

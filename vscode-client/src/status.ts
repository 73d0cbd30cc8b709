/**
 * The language status of Python files: what the server is doing, with a way to the log.
 */

import * as vscode from "vscode";
import type { ServerState } from "./lifecycle";
import { DOCUMENTS } from "./client";

export class Status implements vscode.Disposable {
  readonly #item = vscode.languages.createLanguageStatusItem("hangup.status", [...DOCUMENTS]);

  constructor() {
    this.#item.name = "hangup";
    this.#item.command = { title: "Show logs", command: "hangup.showLogs" };
    this.show({ kind: "stopped" });
  }

  show(state: ServerState): void {
    const { text, detail, severity } = describe(state);
    this.#item.text = text;
    this.#item.detail = detail;
    this.#item.severity = severity;
    this.#item.busy = state.kind === "starting";
  }

  dispose(): void {
    this.#item.dispose();
  }
}

function describe(state: ServerState): { text: string; detail: string; severity: vscode.LanguageStatusSeverity } {
  const { Information, Warning, Error } = vscode.LanguageStatusSeverity;
  switch (state.kind) {
    case "stopped":
      return { text: "hangup: off", detail: "The server is not running", severity: Information };
    case "starting":
      return { text: "hangup: starting", detail: "Starting the server", severity: Information };
    case "running":
      return { text: state.label, detail: "", severity: Information };
    case "waiting": {
      const seconds = Math.round(state.milliseconds / 1000);
      return { text: `hangup: restarting in ${seconds} s`, detail: shorten(state.reason), severity: Warning };
    }
    case "failed":
      return { text: "hangup: failed", detail: shorten(state.reason), severity: Error };
  }
}

/** The popup is narrow, and a long detail pushes the way to the log out of it. */
function shorten(reason: string): string {
  return reason.length > 45 ? `${reason.slice(0, 44).trimEnd()}…` : reason;
}

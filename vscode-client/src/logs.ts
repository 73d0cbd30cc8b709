/**
 * The output channels: one for what the extension and the server log, one for the trace of their messages.
 */

import * as vscode from "vscode";
import type { Trace } from "./settings";

/** The channel "hangup". */
export function createLog(): vscode.LogOutputChannel {
  return vscode.window.createOutputChannel("hangup", { log: true });
}

/**
 * The channel "hangup Trace", switched by the setting `hangup.trace.server`.
 *
 * The language client traces only while its channel's log level is "trace", which an extension cannot set on the
 * editor's own log channels. So this one states a level of its own. It appears in the editor's list of channels when
 * the first message is traced or when it is shown.
 */
export class TraceChannel implements vscode.LogOutputChannel {
  readonly name = "hangup Trace";
  readonly #levelChanged = new vscode.EventEmitter<vscode.LogLevel>();
  readonly onDidChangeLogLevel = this.#levelChanged.event;
  logLevel: vscode.LogLevel = vscode.LogLevel.Off;
  #channel: vscode.OutputChannel | undefined;

  /** Follow the setting. The client hears of a change by the event and tells the server. */
  follow(trace: Trace): void {
    const level = trace === "off" ? vscode.LogLevel.Off : vscode.LogLevel.Trace;
    if (level !== this.logLevel) {
      this.logLevel = level;
      this.#levelChanged.fire(level);
    }
  }

  append(value: string): void {
    this.#open().append(value);
  }

  appendLine(value: string): void {
    this.#open().appendLine(value);
  }

  replace(value: string): void {
    this.#open().replace(value);
  }

  clear(): void {
    this.#channel?.clear();
  }

  show(): void {
    this.#open().show(true);
  }

  hide(): void {
    this.#channel?.hide();
  }

  dispose(): void {
    this.#channel?.dispose();
    this.#levelChanged.dispose();
  }

  trace(message: string): void {
    if (this.logLevel === vscode.LogLevel.Trace) {
      this.appendLine(`${new Date().toISOString()} ${message}`);
    }
  }

  debug(message: string): void {
    this.trace(message);
  }

  info(message: string): void {
    this.trace(message);
  }

  warn(message: string): void {
    this.trace(message);
  }

  error(error: string | Error): void {
    this.trace(String(error));
  }

  #open(): vscode.OutputChannel {
    this.#channel ??= vscode.window.createOutputChannel(this.name);
    return this.#channel;
  }
}

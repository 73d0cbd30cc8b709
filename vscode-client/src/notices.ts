/**
 * The notifications: a start that failed, and what the server wants to say. Never modal.
 */

import * as vscode from "vscode";
import type { FailureMemory } from "./memory";
import { mayShow, type Level, type Settings } from "./settings";

const SHOW_LOGS = "Show logs";
const SELECT = "Select interpreter";
const MUTE = "Don't show again";

/** Tell the user that the server does not run: once for each different failure. */
export async function tellFailure(reason: string, settings: Settings, memory: FailureMemory): Promise<void> {
  if (!mayShow("error", settings.showNotifications) || !(await memory.isNews(reason))) {
    return;
  }
  const text = reason.startsWith("hangup ") ? reason : `hangup: ${reason}`;
  const chosen = await vscode.window.showErrorMessage(text, SHOW_LOGS, SELECT, MUTE);
  if (chosen === SHOW_LOGS) {
    await vscode.commands.executeCommand("hangup.showLogs");
  } else if (chosen === SELECT) {
    await selectInterpreter(settings);
  } else if (chosen === MUTE) {
    await memory.mute();
  }
}

/** Show a message of the server, if the settings let it. */
export async function tellMessage(level: Level, message: string, settings: Settings): Promise<void> {
  if (!mayShow(level, settings.showNotifications)) {
    return;
  }
  const functions = {
    error: vscode.window.showErrorMessage,
    warning: vscode.window.showWarningMessage,
    information: vscode.window.showInformationMessage,
  };
  if ((await functions[level](`hangup: ${message}`, SHOW_LOGS)) === SHOW_LOGS) {
    await vscode.commands.executeCommand("hangup.showLogs");
  }
}

/** Lead to where the interpreter was chosen: the setting if it is set, else a Python extension's own picker. */
async function selectInterpreter(settings: Settings): Promise<void> {
  const set = settings.interpreter.length > 0 ? "hangup.interpreter" : settings.path === "" ? undefined : "hangup.path";
  const known = await vscode.commands.getCommands(true);
  const picker = ["python.setInterpreter", "python-envs.set"].find((command) => known.includes(command));
  if (set === undefined && picker !== undefined) {
    await vscode.commands.executeCommand(picker);
    return;
  }
  // The user's own settings page does not list settings of the machine while the machine is another one.
  const page = vscode.env.remoteName === undefined ? "openSettings" : "openRemoteSettings";
  const query = `@id:${set ?? "hangup.interpreter"}`;
  await vscode.commands.executeCommand(`workbench.action.${page}`, { query });
}

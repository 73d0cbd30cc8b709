/**
 * One language client for one server process: start it, hear of its end, stop it.
 *
 * The process is started here and not by vscode-languageclient, so that its end is certain even when it never
 * answered. When to start again is the business of lifecycle.ts; the library's own restarts are off.
 */

import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  MessageType,
  RevealOutputChannelOn,
  ShowMessageNotification,
  State,
  type LanguageClientOptions,
} from "vscode-languageclient/node";
import type { RunningServer } from "./lifecycle";
import { lastWords, serveCommand, show, type ServerCommand } from "./probe";
import { end, ended, start, wait } from "./processes";
import { initializationOptions, type Level, type Settings } from "./settings";

/** Python files and notebook cells. */
export const DOCUMENTS = [
  { scheme: "file", language: "python" },
  { scheme: "untitled", language: "python" },
  { scheme: "vscode-notebook-cell", language: "python" },
] as const;

/** Files whose change on disk may change what the server says. */
export const WATCHED = ["**/*.py", "**/pyproject.toml", "**/hangup.toml"] as const;

/** Milliseconds for the server to answer `initialize`. */
const START_LIMIT = 30_000;
/** Milliseconds for `shutdown`, and again for each measure after it. The editor gives an extension 5 s to stop. */
const STOP_LIMIT = 1_500;

export interface ClientParts {
  readonly log: vscode.LogOutputChannel;
  readonly trace: vscode.LogOutputChannel;
  readonly watchers: readonly vscode.FileSystemWatcher[];
  /** Working folder of the server. */
  readonly cwd: string;
  readonly settings: () => Settings;
  readonly onMessage: (level: Level, message: string) => void;
}

/** Logs what the library reports and leaves telling the user to us: it would show a message for each detail. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }

  /** The library stops a client whose start failed, and then logs at length that it cannot. */
  override stop(timeout?: number): Promise<void> {
    const startedOnly = this.state === State.Starting || this.state === State.StartFailed;
    return startedOnly ? Promise.resolve() : super.stop(timeout);
  }
}

type ServerProcess = Awaited<ReturnType<typeof start>>;

/** Start the server and wait until it has answered `initialize`. On failure no process is left behind. */
export async function launch(command: ServerCommand, parts: ClientParts, signal: AbortSignal): Promise<RunningServer> {
  const serve = serveCommand(command);
  parts.log.info(`Starting ${show(serve)}`);
  const child = await start(serve, { cwd: parts.cwd, env: environment(command) });
  const gone = describeEnd(child);
  const client = new QuietClient("hangup", "hangup", () => Promise.resolve(child), clientOptions(parts));
  client.onNotification(ShowMessageNotification.type, ({ type, message }) => {
    parts.onMessage(level(type), message);
  });
  const started = new AbortController();
  try {
    await Promise.race([
      client.start(),
      gone.then((reason) => fail(reason)),
      wait(START_LIMIT, started.signal).then(() =>
        started.signal.aborted ? forever() : fail(`The server did not answer within ${START_LIMIT / 1000} s.`),
      ),
      aborted(signal),
    ]);
  } catch (error) {
    await stop(client, child, parts.log);
    // Why the process ended says more than that its connection did.
    throw child.exitCode === null ? error : new Error(await gone, { cause: error });
  } finally {
    started.abort();
  }
  parts.log.info(`The server runs: ${describeServer(client)}, process ${child.pid ?? "unknown"}`);
  let asked = false;
  const lost = gone.then((reason) => (asked ? forever<string>() : reason));
  return {
    lost,
    stop: async () => {
      asked = true;
      await stop(client, child, parts.log);
      parts.log.info("The server is stopped.");
    },
  };
}

function clientOptions(parts: ClientParts): LanguageClientOptions {
  return {
    documentSelector: [...DOCUMENTS],
    outputChannel: parts.log,
    traceOutputChannel: parts.trace,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: () => initializationOptions(parts.settings()),
    synchronize: {
      // The server asks for the settings of each folder by workspace/configuration. This tells it when to, so that it
      // need not register for the notification; it must not do both, or it hears of each change twice.
      // eslint-disable-next-line @typescript-eslint/no-deprecated
      configurationSection: "hangup",
      fileEvents: [...parts.watchers],
    },
    initializationFailedHandler: () => false,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => ({ action: CloseAction.DoNotRestart, handled: true }),
    },
  };
}

async function stop(client: LanguageClient, child: ServerProcess, log: vscode.LogOutputChannel): Promise<void> {
  try {
    await client.stop(STOP_LIMIT);
  } catch (error) {
    // A server that does not answer `shutdown` is ended all the same.
    log.info(`Stopping the server: ${String(error)}`);
  }
  child.stdin.end();
  await end(child, STOP_LIMIT / 2);
}

/** Resolves with the reason when the process is gone: how it ended and the last line that it wrote. */
async function describeEnd(child: ServerProcess): Promise<string> {
  let tail = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (tail = (tail + text).slice(-4096)));
  await ended(child);
  const how = child.exitCode === null ? `signal ${child.signalCode ?? "unknown"}` : `exit code ${child.exitCode}`;
  const last = lastWords(tail);
  return `The server ended with ${how}${last === undefined ? "." : `: ${last}`}`;
}

/** The server's environment. A `hangup` program has no -I, so what -I would ignore is taken out. */
function environment(command: ServerCommand): NodeJS.ProcessEnv {
  if (command.kind === "python") {
    return process.env;
  }
  const kept = Object.entries(process.env).filter(([name]) => !["PYTHONPATH", "PYTHONHOME"].includes(name));
  return { ...Object.fromEntries(kept), PYTHONSAFEPATH: "1" };
}

function describeServer(client: LanguageClient): string {
  const info = client.initializeResult?.serverInfo;
  return info === undefined ? "unnamed server" : [info.name, info.version].filter(Boolean).join(" ");
}

function level(type: MessageType): Level {
  return type === MessageType.Error ? "error" : type === MessageType.Warning ? "warning" : "information";
}

function fail(reason: string): never {
  throw new Error(reason);
}

function forever<T = never>(): Promise<T> {
  return new Promise(() => undefined);
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stopped = (): void => {
      reject(new Error("The start was called off."));
    };
    signal.addEventListener("abort", stopped, { once: true });
    if (signal.aborted) {
      stopped();
    }
  });
}

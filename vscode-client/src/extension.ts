/**
 * Activation: puts the parts together and connects them to the editor's events. Decides nothing itself.
 */

import * as os from "node:os";
import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import { launch, WATCHED } from "./client";
import { registerCommands } from "./commands";
import { chooseServer, PathSource, type Surroundings } from "./environments";
import type { SearchPath } from "./executables";
import { Lifecycle, type ServerState } from "./lifecycle";
import { createLog, TraceChannel } from "./logs";
import { FailureMemory } from "./memory";
import { tellFailure, tellMessage } from "./notices";
import { probe, type ServerCommand } from "./probe";
import { wait } from "./processes";
import { ENVIRONMENTS_EXTENSION, PYTHON_EXTENSION, SelectedEnvironment } from "./python-extensions";
import { debugInformation } from "./report";
import { LAUNCH_SETTINGS, readSettings, type Settings } from "./settings";
import { Status } from "./status";

/** Milliseconds that settings and trust must rest before the server is started anew: one types, or both change. */
const SETTLE = 500;
/** Lines kept for the debug information. */
const HISTORY = 50;

let running: Extension | undefined;

export function activate(context: vscode.ExtensionContext): void {
  running = new Extension(context);
  context.subscriptions.push(running);
  void running.start();
}

export async function deactivate(): Promise<void> {
  await running?.stop();
  running = undefined;
}

class Extension implements vscode.Disposable {
  readonly #context: vscode.ExtensionContext;
  readonly #log = createLog();
  readonly #trace = new TraceChannel();
  readonly #status = new Status();
  readonly #memory: FailureMemory;
  readonly #history: string[] = [];
  readonly #watchers = WATCHED.map((pattern) => vscode.workspace.createFileSystemWatcher(pattern));
  readonly #environment = new SelectedEnvironment(vscode.extensions.getExtension, (line) => {
    this.#note(line);
  });
  readonly #path = new PathSource(searchPath);
  readonly #lifecycle: Lifecycle<ServerCommand>;
  readonly #events: vscode.Disposable;
  #state: ServerState = { kind: "stopped" };
  #settling: NodeJS.Timeout | undefined;
  #wanted = "";

  constructor(context: vscode.ExtensionContext) {
    this.#context = context;
    this.#memory = new FailureMemory(context.globalState);
    this.#trace.follow(settings().trace);
    this.#lifecycle = new Lifecycle<ServerCommand>({
      choose: (signal) =>
        chooseServer(
          this.#surroundings(),
          (command) => probe(command, context.extensionPath, undefined, signal),
          (line) => {
            this.#note(line);
          },
        ),
      same: isDeepStrictEqual,
      launch: (command, signal) => launch(command, this.#clientParts(), signal),
      report: (state) => {
        this.#report(state);
      },
      wait,
      now: () => performance.now(),
    });
    this.#events = this.#listen();
  }

  /** Do what the settings say: run the server, or do not. */
  async start(): Promise<void> {
    this.#wanted = wanted();
    if (settings().enable) {
      await this.#lifecycle.reconfigure();
    } else {
      this.#note("hangup.enable is false: the server is not started.");
      await this.#lifecycle.stop();
    }
  }

  async stop(): Promise<void> {
    clearTimeout(this.#settling);
    await this.#lifecycle.stop();
  }

  dispose(): void {
    this.#events.dispose();
    this.#watchers.forEach((watcher) => {
      watcher.dispose();
    });
    this.#status.dispose();
    this.#trace.dispose();
    this.#log.dispose();
  }

  #listen(): vscode.Disposable {
    const refresh = (): void => {
      void this.#lifecycle.refresh();
    };
    const settle = (): void => {
      clearTimeout(this.#settling);
      this.#settling = setTimeout(() => {
        if (wanted() !== this.#wanted) {
          void this.start();
        }
      }, SETTLE);
    };
    return vscode.Disposable.from(
      registerCommands({
        log: this.#log,
        trace: this.#trace,
        restart: async () => {
          await this.#memory.forgetAll();
          await (settings().enable ? this.#lifecycle.restart() : this.start());
        },
        debugInformation: () => this.#debugInformation(),
      }),
      this.#environment.onDidChange(refresh),
      vscode.extensions.onDidChange(refresh),
      vscode.workspace.onDidChangeWorkspaceFolders(refresh),
      vscode.workspace.onDidGrantWorkspaceTrust(settle),
      vscode.workspace.onDidChangeConfiguration((event) => {
        this.#trace.follow(settings().trace);
        if (LAUNCH_SETTINGS.some((name) => event.affectsConfiguration(name))) {
          settle();
        }
      }),
    );
  }

  #surroundings(): Surroundings {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const trusted = vscode.workspace.isTrusted;
    return {
      settings: settings(),
      values: { home: os.homedir(), folder: folder?.fsPath, environment: process.env },
      search: searchPath(),
      folder,
      forbidden: untrustedFolders(),
      // What a Python extension has selected may come from the workspace.
      sources: trusted ? [this.#environment, this.#path] : [this.#path],
    };
  }

  #clientParts(): Parameters<typeof launch>[1] {
    return {
      log: this.#log,
      trace: this.#trace,
      watchers: this.#watchers,
      cwd: this.#context.extensionPath,
      settings,
      onMessage: (level, message) => {
        this.#note(`server, ${level}: ${message}`);
        void tellMessage(level, message, settings());
      },
    };
  }

  #report(state: ServerState): void {
    this.#state = state;
    this.#status.show(state);
    this.#note(`server ${state.kind}${"reason" in state ? `: ${state.reason}` : ""}`);
    if (state.kind === "failed") {
      void tellFailure(state.reason, settings(), this.#memory);
    } else if (state.kind === "running") {
      void this.#memory.forgetFailures();
    }
  }

  #note(line: string): void {
    this.#log.info(line);
    this.#history.push(`${new Date().toISOString()} ${line}`);
    this.#history.splice(0, this.#history.length - HISTORY);
  }

  #debugInformation(): string {
    const version = (extension: vscode.Extension<unknown>): string =>
      String((extension.packageJSON as { version?: unknown }).version);
    const installed = [ENVIRONMENTS_EXTENSION, PYTHON_EXTENSION].flatMap((id) => {
      const extension = vscode.extensions.getExtension(id);
      return extension === undefined ? [] : [`${id} ${version(extension)}`];
    });
    return debugInformation({
      extension: version(this.#context.extension),
      editor: `${vscode.env.appName} ${vscode.version}${vscode.env.remoteName === undefined ? "" : ", remote"}`,
      system: `${os.platform()} ${os.release()} ${os.arch()}`,
      node: process.versions.node,
      trusted: vscode.workspace.isTrusted,
      folders: vscode.workspace.workspaceFolders?.length ?? 0,
      pythonExtensions: installed,
      settings: settings(),
      state: this.#state,
      history: this.#history,
      home: os.homedir(),
    });
  }
}

function settings(): Settings {
  return readSettings(vscode.workspace.getConfiguration("hangup", vscode.workspace.workspaceFolders?.[0]?.uri));
}

/** What the choice of the server depends on: the editor reports one change, such as new trust, by several events. */
function wanted(): string {
  const { enable, interpreter, path } = settings();
  return JSON.stringify([enable, interpreter, path, vscode.workspace.isTrusted]);
}

function untrustedFolders(): readonly string[] {
  return vscode.workspace.isTrusted ? [] : (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
}

function searchPath(): SearchPath {
  return { environment: process.env, platform: process.platform, excluded: untrustedFolders() };
}

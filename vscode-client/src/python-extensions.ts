/**
 * The environment that the user selected in one of the two Python extensions.
 *
 * Both are optional. They are seen through interfaces that hold only what is used, so neither they nor the editor's
 * API are imported, and a version that answers differently is logged and passed over.
 */

import { isDeepStrictEqual } from "node:util";
import type { Candidate, Disposable, EnvironmentSource, Resource } from "./environments";
import type { ServerCommand } from "./probe";

/** An extension of the editor, as `vscode.extensions.getExtension` gives it. */
export interface Extension {
  readonly isActive: boolean;
  readonly exports: unknown;
  activate(): PromiseLike<unknown>;
}

export type ExtensionLookup = (id: string) => Extension | undefined;
type Log = (message: string) => void;
type Listen<T> = (listener: (event: T) => void) => Disposable;

export const ENVIRONMENTS_EXTENSION = "ms-python.vscode-python-envs";
export const PYTHON_EXTENSION = "ms-python.python";

/** Milliseconds to wait for another extension: it may be searching the whole disk. Its change event comes later. */
const EXTENSION_LIMIT = 10_000;
const LATE = Symbol("late");

/** Remembers the last command of each scope: the extensions send the same change several times. */
export class ChangeFilter {
  readonly #last = new Map<string, ServerCommand | undefined>();

  /** Note what holds for a scope; true if that is news. */
  record(scope: Resource | undefined, command: ServerCommand | undefined): boolean {
    const key = scope?.toString() ?? "";
    const known = this.#last.has(key) && isDeepStrictEqual(this.#last.get(key), command);
    this.#last.set(key, command);
    return !known;
  }
}

/** A Python environment in the Python Environments extension, as far as it is needed here. */
interface ManagedEnvironment {
  readonly error?: string;
  readonly execInfo?: { readonly run?: { readonly executable?: string; readonly args?: readonly string[] } };
}

interface EnvironmentsApi {
  getEnvironment(scope: Resource | undefined): Promise<ManagedEnvironment | undefined>;
  onDidChangeEnvironment: Listen<{ readonly uri?: Resource; readonly new?: ManagedEnvironment }>;
}

interface PythonApi {
  readonly environments: {
    getActiveEnvironmentPath(resource?: Resource): unknown;
    resolveEnvironment(
      environment: unknown,
    ): Promise<{ readonly executable?: { readonly uri?: Resource } } | undefined>;
    onDidChangeActiveEnvironmentPath: Listen<{
      readonly path?: string;
      readonly resource?: Resource | { readonly uri: Resource };
    }>;
  };
}

/** The environment selected in the Python Environments extension, else in the Python extension. */
export class SelectedEnvironment implements EnvironmentSource {
  readonly name = "selected Python environment";
  readonly #lookup: ExtensionLookup;
  readonly #log: Log;
  readonly #limit: number;
  readonly #filter = new ChangeFilter();
  readonly #listeners = new Set<() => void>();
  readonly #heard = new Set<unknown>();

  constructor(lookup: ExtensionLookup, log: Log, limit = EXTENSION_LIMIT) {
    this.#lookup = lookup;
    this.#log = log;
    this.#limit = limit;
  }

  async candidates(folder: Resource | undefined): Promise<readonly Candidate[]> {
    for (const [id, ask] of [
      [ENVIRONMENTS_EXTENSION, this.#askEnvironments],
      [PYTHON_EXTENSION, this.#askPython],
    ] as const) {
      const answer = this.#ask(id, folder, ask);
      try {
        const command = await within(this.#limit, answer);
        if (command === LATE) {
          this.#log(`${id} gave no answer within ${this.#limit / 1000} s; its answer will be used when it comes.`);
          answer.then(this.#tell, () => undefined);
        } else if (command !== undefined) {
          return [{ command, origin: `${this.name} (${id})` }];
        }
      } catch (error) {
        this.#log(`${id} could not be asked: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return [];
  }

  onDidChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  async #ask(
    id: string,
    folder: Resource | undefined,
    ask: (api: unknown, folder: Resource | undefined) => Promise<ServerCommand | undefined>,
  ): Promise<ServerCommand | undefined> {
    const extension = this.#lookup(id);
    if (extension === undefined) {
      return undefined;
    }
    if (!extension.isActive) {
      await extension.activate();
    }
    // The Python Environments extension exports nothing while a setting keeps it out of use.
    const api = extension.exports;
    if (typeof api !== "object" || api === null) {
      return undefined;
    }
    const command = await ask.call(this, api, folder);
    this.#filter.record(folder, command);
    return command;
  }

  async #askEnvironments(exports: unknown, folder: Resource | undefined): Promise<ServerCommand | undefined> {
    const api = exports as EnvironmentsApi;
    this.#listenOnce(api, () => {
      api.onDidChangeEnvironment((event) => {
        this.#changed(event.uri, managedCommand(event.new));
      });
    });
    return managedCommand(await api.getEnvironment(folder));
  }

  async #askPython(exports: unknown, folder: Resource | undefined): Promise<ServerCommand | undefined> {
    const { environments } = exports as PythonApi;
    this.#listenOnce(environments, () => {
      environments.onDidChangeActiveEnvironmentPath((event) => {
        const scope = event.resource !== undefined && "uri" in event.resource ? event.resource.uri : event.resource;
        this.#changed(scope, event.path === undefined ? undefined : python(event.path));
      });
    });
    const resolved = await environments.resolveEnvironment(environments.getActiveEnvironmentPath(folder));
    const executable = resolved?.executable?.uri?.fsPath;
    return executable === undefined ? undefined : python(executable);
  }

  #listenOnce(api: unknown, listen: () => void): void {
    if (!this.#heard.has(api)) {
      this.#heard.add(api);
      listen();
    }
  }

  #changed(scope: Resource | undefined, command: ServerCommand | undefined): void {
    if (this.#filter.record(scope, command)) {
      this.#tell();
    }
  }

  readonly #tell = (): void => {
    for (const listener of this.#listeners) {
      listener();
    }
  };
}

function managedCommand(environment: ManagedEnvironment | undefined): ServerCommand | undefined {
  const run = environment?.execInfo?.run;
  if (run?.executable === undefined || environment?.error) {
    return undefined;
  }
  return python(run.executable, run.args);
}

function python(executable: string, args: readonly string[] = []): ServerCommand {
  return { kind: "python", executable, args };
}

/** The promise's value, or LATE when it takes longer than `limit` milliseconds. */
async function within<T>(limit: number, promise: Promise<T>): Promise<T | typeof LATE> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(() => {
      resolve(LATE);
    }, limit);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

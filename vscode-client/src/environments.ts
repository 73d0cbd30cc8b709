/**
 * Which program runs the server.
 *
 * A setting decides alone. Without one, the sources are asked in order (the Python Environments extension or the
 * Python extension, then the PATH) and the first program that can run the server is taken. Adding a
 * place to look means writing one more `EnvironmentSource`. The editor's API is not imported here.
 */

import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { findOnPath, isInside, type SearchPath } from "./executables";
import { show, type ProbeResult, type ServerCommand } from "./probe";
import type { Choice } from "./lifecycle";
import { expandVariables, type Settings, type VariableValues } from "./settings";

type Log = (message: string) => void;

/** A file or folder as the editor names it; only passed on to the extensions and compared. */
export interface Resource {
  readonly fsPath: string;
  toString(): string;
}

export interface Disposable {
  dispose(): unknown;
}

/** A program that may run the server, and where it was found. */
export interface Candidate {
  readonly command: ServerCommand;
  readonly origin: string;
}

/** A place that knows Pythons. */
export interface EnvironmentSource {
  readonly name: string;
  /** The programs this source would use for `folder`, best first. Must not throw. */
  candidates(folder: Resource | undefined): Promise<readonly Candidate[]>;
  /** Tells when the answer for any folder may have changed, once for each real change. */
  onDidChange(listener: () => void): Disposable;
}

/** The Pythons on the PATH, and after them a `hangup` program there (pipx and uv put it there). */
export class PathSource implements EnvironmentSource {
  readonly name = "PATH";
  readonly #search: () => SearchPath;

  constructor(search: () => SearchPath) {
    this.#search = search;
  }

  async candidates(): Promise<readonly Candidate[]> {
    const search = this.#search();
    const names: readonly (readonly [string, ...string[]])[] =
      search.platform === "win32" ? [["python"], ["py", "-3"], ["python3"]] : [["python3"], ["python"]];
    const found: Candidate[] = [];
    for (const [name, ...args] of names) {
      const executable = await findOnPath(name, search);
      if (executable !== undefined) {
        found.push({ command: { kind: "python", executable, args }, origin: `${name} on the PATH` });
      }
    }
    const program = await findOnPath("hangup", search);
    if (program !== undefined) {
      found.push({ command: { kind: "program", executable: program, args: [] }, origin: "hangup on the PATH" });
    }
    return found;
  }

  onDidChange(): Disposable {
    // A process does not see its own PATH change.
    return { dispose: () => undefined };
  }
}

/** The command that a setting names, or undefined when none does. Relative paths count from the folder. */
export async function configuredCommand(
  settings: Settings,
  values: VariableValues,
  search: SearchPath,
): Promise<Candidate | undefined> {
  const [program, ...args] = settings.interpreter.map((part) => expandVariables(part, values));
  const locate = async (text: string): Promise<string> => {
    if (!/[\\/]/.test(text)) {
      return (await findOnPath(text, search)) ?? text;
    }
    return path.isAbsolute(text) || values.folder === undefined ? text : path.join(values.folder, text);
  };
  if (program !== undefined && program !== "") {
    const executable = await locate(program);
    return { command: { kind: "python", executable, args }, origin: "setting hangup.interpreter" };
  }
  if (settings.path !== "") {
    const executable = await locate(expandVariables(settings.path, values));
    return { command: { kind: "program", executable, args: [] }, origin: "setting hangup.path" };
  }
  return undefined;
}

export interface Surroundings {
  readonly settings: Settings;
  readonly values: VariableValues;
  readonly search: SearchPath;
  readonly folder: Resource | undefined;
  /** Folders in which no program may be run: those of an untrusted workspace. */
  readonly forbidden: readonly string[];
  readonly sources: readonly EnvironmentSource[];
}

/**
 * Choose the program that runs the server.
 *
 * @param ask whether a program can run the server.
 * @returns the first that can; else the problem of the first, which is the one the user would expect.
 */
export async function chooseServer(
  around: Surroundings,
  ask: (command: ServerCommand) => Promise<ProbeResult>,
  log: Log,
): Promise<Choice<ServerCommand>> {
  let reason: string | undefined;
  const asked: ServerCommand[] = [];
  for await (const { command, origin } of candidates(around)) {
    if (asked.some((earlier) => isDeepStrictEqual(earlier, command))) {
      continue;
    }
    asked.push(command);
    if (around.forbidden.some((folder) => isInside(command.executable, folder))) {
      log(`${show(command)} (${origin}) is passed over: the workspace is not trusted.`);
      reason ??= `${show(command)} lies in this workspace, which is not trusted, so hangup does not run it.`;
      continue;
    }
    const result = await ask(command);
    if (result.ok) {
      log(`${show(command)} (${origin}): ${result.version}`);
      return { ok: true, command, label: result.version };
    }
    log(`${show(command)} (${origin}): ${result.problem}`);
    reason ??= result.problem;
  }
  return {
    ok: false,
    reason: reason ?? 'No Python was found. Install Python 3.10 or newer, or set "hangup.interpreter".',
  };
}

async function* candidates(around: Surroundings): AsyncGenerator<Candidate> {
  const configured = await configuredCommand(around.settings, around.values, around.search);
  if (configured !== undefined) {
    yield configured;
    return;
  }
  for (const source of around.sources) {
    yield* await source.candidates(around.folder);
  }
}

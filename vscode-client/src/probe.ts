/**
 * Asks a program, before the server is started with it, whether it can run the server.
 *
 * A Python is asked for its version and for the `hangup` package (probe.py); a `hangup` program for its version.
 * The answer is either a version, or a problem in words that say what was found where and what to do about it.
 */

import question from "./probe.py";
import { run, type Command, type Outcome } from "./processes";

/** How to start the server: `python ... -I -m hangup serve`, or `hangup serve`. */
export interface ServerCommand extends Command {
  readonly kind: "python" | "program";
}

export type ProbeResult =
  | { readonly ok: true; readonly version: string }
  | { readonly ok: false; readonly problem: string };

/** Milliseconds that a probe may take. */
export const PROBE_LIMIT = 10_000;

const OLDEST = { major: 3, minor: 10 };

/** What probe.py prints. */
export interface Answer {
  readonly python: readonly number[];
  readonly executable: string;
  readonly importable: boolean;
  readonly version: string | null;
  /** The operating system looks after this Python, and pip refuses to install into it. */
  readonly managed: boolean;
  readonly pip: boolean;
  readonly userProgram: string | null;
}

/** The arguments that make this command the language server on its standard streams. */
export function serveCommand(command: ServerCommand): Command {
  // -I: neither the working folder nor PYTHONPATH nor the user's site folder can put another module in front.
  const serve = command.kind === "python" ? ["-I", "-m", "hangup", "serve"] : ["serve"];
  return { executable: command.executable, args: [...command.args, ...serve] };
}

/**
 * Ask whether `command` can run the server.
 *
 * @param cwd working folder of the question; not the workspace.
 * @param limit milliseconds for the whole question.
 */
export async function probe(
  command: ServerCommand,
  cwd: string,
  limit = PROBE_LIMIT,
  signal?: AbortSignal,
): Promise<ProbeResult> {
  const start = performance.now();
  const ask = (args: readonly string[]): Promise<Outcome> => {
    const asked = { executable: command.executable, args: [...command.args, ...args] };
    return run(asked, { cwd }, limit - (performance.now() - start), signal);
  };
  try {
    return command.kind === "python" ? await probePython(command, ask, limit) : await probeProgram(command, ask, limit);
  } catch (error) {
    return failure(`${show(command)} cannot be started: ${message(error)}.`);
  }
}

type Ask = (args: readonly string[]) => Promise<Outcome>;

async function probePython(command: ServerCommand, ask: Ask, limit: number): Promise<ProbeResult> {
  // In hexadecimal, because batch files and `conda run` lose quotes and line breaks.
  const hex = Buffer.from(question, "utf8").toString("hex");
  const outcome = await ask(["-I", "-c", `exec(bytes.fromhex('${hex}').decode())`]);
  if (outcome.timedOut) {
    return failure(noAnswer(command, limit));
  }
  const answer = parseAnswer(outcome.stdout);
  if (outcome.code === 0 && answer !== undefined) {
    return judge(command, answer);
  }
  // Python 2 has no -I, and what is no Python at all says something else.
  const version = await ask(["--version"]);
  const said = /^Python (\S+)/m.exec(version.stdout + version.stderr)?.[1];
  if (said !== undefined && isOld(said.split(".").map(Number))) {
    return failure(tooOld(show(command), said));
  }
  const found = said === undefined ? "is not a working Python" : `is Python ${said}, but does not work`;
  return failure(`${show(command)} ${found}: ${lastWords(outcome.stderr) ?? `exit code ${outcome.code ?? "none"}`}`);
}

async function probeProgram(command: ServerCommand, ask: Ask, limit: number): Promise<ProbeResult> {
  const outcome = await ask(["--version"]);
  if (outcome.timedOut) {
    return failure(noAnswer(command, limit));
  }
  const version = /^hangup (\S+)/m.exec(outcome.stdout)?.[1];
  if (outcome.code !== 0 || version === undefined) {
    const said = lastWords(outcome.stderr) ?? lastWords(outcome.stdout) ?? "nothing";
    return failure(`${show(command)} is not a hangup program: asked for --version, it said "${said}".`);
  }
  return { ok: true, version: `hangup ${version}` };
}

/** What a Python's answer means. Exported for the tests, which cannot bring every Python along. */
export function judge(command: ServerCommand, answer: Answer): ProbeResult {
  const python = answer.python.join(".");
  if (isOld(answer.python)) {
    return failure(tooOld(show(command), python));
  }
  if (answer.importable) {
    return { ok: true, version: `hangup ${answer.version ?? ""} (Python ${python})`.replace("  ", " ") };
  }
  if (answer.userProgram !== null) {
    return failure(
      `hangup is installed for your user only, where ${show(command)} (Python ${python}) does not look when it ` +
        `starts the server. Set "hangup.path" to ${quote(answer.userProgram)}, or install hangup in a virtual ` +
        `environment.`,
    );
  }
  const missing = `hangup is not installed in ${show(command)} (Python ${python}).`;
  return failure(`${missing} Install it with: ${installCommand(answer)}`);
}

/** The command that works where the answer came from. */
function installCommand(answer: Answer): string {
  const target = quote(answer.executable);
  if (answer.managed) {
    return "pipx install hangup";
  }
  // A virtual environment that uv made has no pip.
  return answer.pip ? `${target} -m pip install hangup` : `uv pip install --python ${target} hangup`;
}

function parseAnswer(stdout: string): Answer | undefined {
  // Start-up hooks of an environment may print lines of their own before ours.
  const line = lastLine(stdout);
  try {
    const value: unknown = JSON.parse(line ?? "");
    return typeof value === "object" && value !== null && "python" in value ? (value as Answer) : undefined;
  } catch {
    return undefined;
  }
}

function isOld([major = 0, minor = 0]: readonly number[]): boolean {
  return major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor);
}

function tooOld(python: string, version: string): string {
  return (
    `${python} is Python ${version}, and hangup needs ${OLDEST.major}.${OLDEST.minor} or newer. ` +
    `Select another interpreter, or set "hangup.interpreter"; your project may stay on this one.`
  );
}

function noAnswer(command: ServerCommand, limit: number): string {
  return `${show(command)} gave no answer within ${limit / 1000} s.`;
}

function failure(problem: string): ProbeResult {
  return { ok: false, problem };
}

/** A command as a person would write it. */
export function show(command: Command): string {
  return [command.executable, ...command.args].map(quote).join(" ");
}

function quote(text: string): string {
  return /\s/.test(text) ? `"${text}"` : text;
}

/** The last line with something on it. */
export function lastLine(text: string): string | undefined {
  const last = text.trimEnd().split(/\r?\n/).at(-1)?.trim();
  return last === "" ? undefined : last;
}

/** As much of the last line as a message can hold. */
export function lastWords(text: string): string | undefined {
  const line = lastLine(text);
  return line !== undefined && line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Child processes: start one, read the answer of a short one, end one for certain.
 *
 * Knows nothing of Python, of language servers or of the editor.
 */

import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";

export interface Command {
  readonly executable: string;
  readonly args: readonly string[];
}

export interface SpawnOptions {
  /** Working folder of the child. Never the workspace: a module lying there must not be found first. */
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

export interface Outcome {
  /** Exit code; null when a signal, the time limit or the caller ended the process. */
  readonly code: number | null;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** More output than this from a probe is noise and is dropped. In characters. */
const KEPT_OUTPUT = 65_536;

/**
 * Start a process with piped standard streams.
 *
 * @throws the operating system's error (ENOENT, EACCES, ...) when it cannot be started.
 */
export async function start(command: Command, options: SpawnOptions): Promise<ChildProcessWithoutNullStreams> {
  const batch = isBatchFile(command.executable, process.platform);
  // Windows runs a batch file (a pyenv shim, say) only through its command interpreter, and node refuses
  // to do it without being asked for a shell.
  const [file, args] = batch
    ? [quoteForCmd(command.executable), command.args.map(quoteForCmd)]
    : [command.executable, command.args];
  const child = spawn(file, [...args], {
    cwd: options.cwd,
    env: options.env ?? process.env,
    shell: batch,
    windowsHide: true,
    stdio: "pipe",
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  // Later errors (a failed kill, a closed pipe) come with the end of the process, which callers watch.
  child.on("error", () => undefined);
  child.stdin.on("error", () => undefined);
  return child;
}

/**
 * Run a short process to its end and collect what it printed.
 *
 * @param limit milliseconds after which the process is killed.
 * @throws the operating system's error when it cannot be started.
 */
export async function run(
  command: Command,
  options: SpawnOptions,
  limit: number,
  signal?: AbortSignal,
): Promise<Outcome> {
  const child = await start(command, options);
  let stdout = "";
  let stderr = "";
  let timedOut = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout = keep(stdout + text)));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr = keep(stderr + text)));
  child.stdin.end();
  const kill = (): void => {
    kill9(child);
  };
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, limit);
  signal?.addEventListener("abort", kill, { once: true });
  if (signal?.aborted === true) {
    kill();
  }
  try {
    await ended(child);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", kill);
  }
  return { code: child.exitCode, timedOut, stdout, stderr };
}

/**
 * Wait until the process is gone and its output is read.
 *
 * A process that left children holding its pipes never closes them, so the pipes get 500 ms at most.
 */
export async function ended(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    await new Promise((resolve) => child.once("exit", resolve));
  }
  const open = [child.stdout, child.stderr].filter((stream) => !stream.readableEnded && !stream.destroyed);
  const read = Promise.all(open.map((stream) => new Promise((resolve) => stream.once("close", resolve))));
  await Promise.race([read, wait(500)]);
}

/**
 * End a process that should end by itself: wait, then ask (SIGTERM), then insist (SIGKILL).
 *
 * @param patience milliseconds to wait before each stronger measure.
 */
export async function end(child: ChildProcessWithoutNullStreams, patience: number): Promise<void> {
  const over = new AbortController();
  const gone = ended(child).then(() => {
    over.abort();
  });
  for (const measure of ["wait", "ask", "insist"] as const) {
    if (measure === "ask") {
      child.kill("SIGTERM");
    } else if (measure === "insist") {
      kill9(child);
    }
    await Promise.race([gone, wait(patience, over.signal)]);
    if (over.signal.aborted) {
      return;
    }
  }
}

/** Resolve after some milliseconds; at once when `signal` aborts. */
export function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
    if (signal?.aborted === true) {
      clearTimeout(timer);
      resolve();
    }
  });
}

/** Whether Windows needs its command interpreter to run this file. */
export function isBatchFile(executable: string, platform: NodeJS.Platform): boolean {
  return platform === "win32" && /\.(cmd|bat)$/i.test(executable);
}

/** Quote one argument for Windows' command interpreter. Line breaks cannot be passed and must not occur. */
export function quoteForCmd(argument: string): string {
  return /[^\w@+=:,./\\-]/.test(argument) || argument === "" ? `"${argument.replaceAll('"', '""')}"` : argument;
}

function kill9(child: ChildProcessWithoutNullStreams): void {
  if (process.platform === "win32" && child.pid !== undefined) {
    // A batch file's interpreter is a grandchild: only taskkill reaches it.
    spawn("taskkill", ["/pid", String(child.pid), "/T", "/F"], { windowsHide: true }).on("error", () => child.kill());
    return;
  }
  child.kill("SIGKILL");
}

function keep(text: string): string {
  return text.length > KEPT_OUTPUT ? text.slice(-KEPT_OUTPUT) : text;
}

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { end, isBatchFile, quoteForCmd, run, start, wait } from "../src/processes";
import { Scratch } from "./scratch";

const scratch = new Scratch();
const node = (body: string) => ({ executable: process.execPath, args: ["-e", body] });
const options = { cwd: scratch.folder };

function isAlive(pid: number | undefined): boolean {
  assert.ok(pid !== undefined);
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("run", () => {
  it("collects what the process printed, its exit code, and runs it in the folder", async () => {
    const body = "console.log(process.cwd()); console.error('oh'); process.exitCode = 3";
    assert.deepEqual(await run(node(body), options, 10_000), {
      code: 3,
      timedOut: false,
      stdout: `${scratch.folder}\n`,
      stderr: "oh\n",
    });
  });

  it("kills the process at the time limit", async () => {
    const outcome = await run(node("console.log('here'); setInterval(() => {}, 1000)"), options, 700);
    assert.deepEqual(outcome, { code: null, timedOut: true, stdout: "here\n", stderr: "" });
  });

  it("kills the process when it is called off", async () => {
    const controller = new AbortController();
    const outcome = run(node("setInterval(() => {}, 1000)"), options, 10_000, controller.signal);
    setTimeout(() => {
      controller.abort();
    }, 100);
    assert.deepEqual(await outcome, { code: null, timedOut: false, stdout: "", stderr: "" });
    assert.equal((await run(node("setInterval(() => {}, 1000)"), options, 10_000, controller.signal)).code, null);
  });

  it("throws the system's error when there is no such program", async () => {
    await assert.rejects(run({ executable: "/no/such/program", args: [] }, options, 1000), { code: "ENOENT" });
  });
});

describe("end", () => {
  it("lets a process end by itself", async () => {
    const child = await start(node("process.stdin.on('end', () => process.exit(0)).resume()"), options);
    child.stdin.end();
    await end(child, 5000);
    assert.equal(child.exitCode, 0);
  });

  it("asks a process that stays", async () => {
    const child = await start(node("setInterval(() => {}, 1000)"), options);
    await end(child, 200);
    assert.equal(child.signalCode, "SIGTERM");
    assert.equal(isAlive(child.pid), false);
  });

  it("insists when it does not listen", async () => {
    const deaf = "process.on('SIGTERM', () => {}); console.log(1); setInterval(() => {}, 1000)";
    const child = await start(node(deaf), options);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    await end(child, 200);
    assert.equal(child.signalCode, "SIGKILL");
    assert.equal(isAlive(child.pid), false);
  });
});

describe("wait", () => {
  it("ends early when the signal aborts, before or after the call", async () => {
    const controller = new AbortController();
    const waiting = wait(60_000, controller.signal);
    controller.abort();
    await waiting;
    await wait(60_000, controller.signal);
  });
});

describe("batch files", () => {
  it("exist on Windows only", () => {
    const files = ["C:\\shims\\python.BAT", "python.cmd", "python.exe", "cmd"];
    assert.deepEqual(
      files.map((file) => isBatchFile(file, "win32")),
      [true, true, false, false],
    );
    assert.equal(isBatchFile("python.bat", "linux"), false);
  });

  it("get quoted arguments where it matters", () => {
    assert.deepEqual(
      ["-I", "C:\\Program Files\\x.bat", 'say "hi"', "", "a&b", "exec(x)"].map(quoteForCmd),
      ["-I", '"C:\\Program Files\\x.bat"', '"say ""hi"""', '""', '"a&b"', '"exec(x)"'],
    );
  });
});

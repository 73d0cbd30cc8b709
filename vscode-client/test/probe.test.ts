import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { findOnPath } from "../src/executables";
import { judge, lastLine, lastWords, probe, serveCommand, show, type Answer, type ServerCommand } from "../src/probe";
import { run } from "../src/processes";
import { Scratch } from "./scratch";

const scratch = new Scratch();
const answer: Answer = {
  python: [3, 12, 1],
  executable: "/venv/bin/python",
  importable: true,
  version: "0.1.0",
  managed: false,
  pip: true,
  userProgram: null,
};
const python: ServerCommand = { kind: "python", executable: "/venv/bin/python", args: [] };
const problem = (change: Partial<Answer>): string => {
  const result = judge(python, { ...answer, ...change });
  assert.ok(!result.ok);
  return result.problem;
};

describe("judge", () => {
  it("accepts a Python 3.10 or newer that has hangup", () => {
    assert.deepEqual(judge(python, answer), { ok: true, version: "hangup 0.1.0 (Python 3.12.1)" });
    const unknown = judge(python, { ...answer, python: [3, 10, 0], version: null });
    assert.deepEqual(unknown, { ok: true, version: "hangup (Python 3.10.0)" });
    assert.equal(judge(python, { ...answer, python: [4, 0, 0] }).ok, true);
  });

  it("names path, version and the command to install", () => {
    assert.equal(
      problem({ importable: false, version: null }),
      "hangup is not installed in /venv/bin/python (Python 3.12.1). " +
        "Install it with: /venv/bin/python -m pip install hangup",
    );
  });

  it("names uv for an environment without pip, and quotes a path with spaces", () => {
    const executable = "/my venv/bin/python";
    assert.match(
      problem({ importable: false, pip: false, executable }),
      /Install it with: uv pip install --python "\/my venv\/bin\/python" hangup$/,
    );
  });

  it("names pipx where pip refuses to install", () => {
    assert.match(problem({ importable: false, managed: true }), /Install it with: pipx install hangup$/);
  });

  it("sends nobody round in circles whose pip installs for the user only", () => {
    const text = problem({ importable: false, userProgram: "/home/ann/.local/bin/hangup" });
    assert.match(text, /for your user only/);
    assert.match(text, /"hangup.path" to \/home\/ann\/.local\/bin\/hangup/);
    assert.doesNotMatch(text, /pip install/);
  });

  it("says how old an old Python is, whether or not it has hangup", () => {
    for (const importable of [true, false]) {
      const text = problem({ python: [3, 9, 18], importable });
      assert.match(text, /^\/venv\/bin\/python is Python 3\.9\.18, and hangup needs 3\.10 or newer/);
    }
  });
});

describe("probe of a Python", () => {
  const ask = (name: string, body: string, limit = 10_000) => probe(scratch.python(name, body), scratch.folder, limit);

  it("asks isolated, and finds the answer after an environment's own words", async () => {
    const line = JSON.stringify(JSON.stringify({ ...answer, version: "9.9" }));
    const body = `if (args[0] !== "-I" || args[1] !== "-c") process.exit(1); console.log("hello\\n" + ${line})`;
    assert.deepEqual(await ask("chatty.js", body), { ok: true, version: "hangup 9.9 (Python 3.12.1)" });
  });

  it("recognises Python 2, which has no -I", async () => {
    const body = `if (args[0] === "--version") console.error("Python 2.7.18"); else process.exit(2);`;
    const result = await ask("two.js", body);
    assert.ok(!result.ok);
    assert.match(result.problem, /two\.js" is Python 2\.7\.18, and hangup needs 3\.10 or newer/);
  });

  it("passes on what a broken Python says", async () => {
    const body = `if (args[0] === "--version") console.log("Python 3.12.0");
      else { console.error("Fatal Python error:\\nno module named encodings"); process.exit(1); }`;
    const result = await ask("broken.js", body);
    assert.ok(!result.ok);
    assert.match(result.problem, /is Python 3\.12\.0, but does not work: no module named encodings$/);
  });

  it("says so when it is no Python at all", async () => {
    const result = await ask("cat.js", `console.log("meow"); process.exit(args.length)`);
    assert.ok(!result.ok);
    assert.match(result.problem, /cat\.js" is not a working Python: exit code 3$/);
  });

  it("gives up at the time limit", async () => {
    const result = await ask("slow.js", "setInterval(() => {}, 1000)", 300);
    assert.ok(!result.ok);
    assert.match(result.problem, /slow\.js" gave no answer within 0\.3 s\.$/);
  });

  it("names a program that does not exist", async () => {
    const result = await probe({ kind: "python", executable: "/no/python", args: ["-X"] }, scratch.folder);
    assert.ok(!result.ok);
    assert.match(result.problem, /^\/no\/python -X cannot be started: .*ENOENT/);
  });
});

describe("probe of a hangup program", () => {
  const ask = (name: string, body: string) =>
    probe({ ...scratch.python(name, body), kind: "program" }, scratch.folder);

  it("wants its version", async () => {
    const body = `if (args.join() === "--version") console.log("hangup 0.1.0")`;
    assert.deepEqual(await ask("hangup.js", body), { ok: true, version: "hangup 0.1.0" });
  });

  it("takes no other program for it", async () => {
    const result = await ask("other.js", `console.log("Python 3.12.0")`);
    assert.ok(!result.ok);
    assert.match(result.problem, /other\.js" is not a hangup program: asked for --version, it said "Python 3\.12\.0"/);
  });
});

describe("the question", () => {
  it("is understood by a real Python, which does not look into the working folder", async () => {
    // A package of this name in the workspace must be neither found nor run.
    mkdirSync(path.join(scratch.folder, "hangup"));
    writeFileSync(path.join(scratch.folder, "hangup", "__init__.py"), "raise SystemExit('imported')\n");
    const search = { environment: process.env, platform: process.platform, excluded: [] };
    const executable = (await findOnPath("python3", search)) ?? (await findOnPath("python", search));
    assert.ok(executable !== undefined, "these tests need a Python on the PATH");
    const command: ServerCommand = { kind: "python", executable, args: [] };

    const isolated = "import importlib.util as u; print(u.find_spec('hangup') is not None)";
    const script = { executable, args: ["-I", "-c", isolated] };
    const installed = (await run(script, { cwd: scratch.folder }, 10_000)).stdout.trim() === "True";

    const result = await probe(command, scratch.folder);
    const text = result.ok ? result.version : result.problem;
    assert.equal(result.ok, installed, text);
    assert.match(text, /Python 3\.\d+\.\d+/);
    assert.doesNotMatch(text, /imported/);
  });
});

describe("serveCommand", () => {
  it("starts a Python isolated", () => {
    const command: ServerCommand = { kind: "python", executable: "py", args: ["-3"] };
    assert.deepEqual(serveCommand(command), { executable: "py", args: ["-3", "-I", "-m", "hangup", "serve"] });
  });

  it("starts a hangup program as it is", () => {
    const command: ServerCommand = { kind: "program", executable: "/bin/hangup", args: [] };
    assert.deepEqual(serveCommand(command), { executable: "/bin/hangup", args: ["serve"] });
  });
});

describe("words", () => {
  it("show a command as one would type it", () => {
    assert.equal(show({ executable: "/a b/python", args: ["-X", "dev"] }), '"/a b/python" -X dev');
  });

  it("end with the last line that says something", () => {
    assert.equal(lastLine("one\r\ntwo \n\n"), "two");
    assert.equal(lastLine(" \n"), undefined);
  });

  it("are few in a message", () => {
    assert.equal(lastWords(`long\n${"x".repeat(200)}\n`), "x".repeat(200));
    assert.equal(lastWords("y".repeat(201)), `${"y".repeat(199)}…`);
    assert.equal(lastWords(""), undefined);
  });
});

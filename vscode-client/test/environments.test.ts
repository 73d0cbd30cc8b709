import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import {
  chooseServer,
  configuredCommand,
  PathSource,
  type EnvironmentSource,
  type Surroundings,
} from "../src/environments";
import type { ProbeResult, ServerCommand } from "../src/probe";
import { DEFAULTS } from "../src/settings";
import { Scratch } from "./scratch";

const scratch = new Scratch();
mkdirSync(path.join(scratch.folder, "bin"));
const bin = (name: string) => path.join(scratch.folder, "bin", name);
for (const name of ["python3", "hangup"]) {
  scratch.write(`bin/${name}`, "#!/bin/sh\n", 0o755);
}

const values = { home: "/home/ann", folder: "/code/shop", environment: {} };
const search = { environment: { PATH: path.join(scratch.folder, "bin") }, platform: "linux", excluded: [] } as const;
const python = (executable: string, ...args: string[]): ServerCommand => ({ kind: "python", executable, args });

function source(name: string, ...executables: string[]): EnvironmentSource {
  return {
    name,
    candidates: () => Promise.resolve(executables.map((each) => ({ command: python(each), origin: name }))),
    onDidChange: () => ({ dispose: () => undefined }),
  };
}

const around = (change: Partial<Surroundings>): Surroundings => ({
  settings: DEFAULTS,
  values,
  search,
  folder: undefined,
  forbidden: [],
  sources: [],
  ...change,
});

/** A probe under which only some programs work; notes whom it asked. */
function probing(...working: string[]) {
  const asked: string[] = [];
  const ask = ({ executable }: ServerCommand): Promise<ProbeResult> => {
    asked.push(executable);
    const works = working.includes(executable);
    return Promise.resolve(
      works ? { ok: true, version: "hangup 1" } : { ok: false, problem: `${executable} lacks it` },
    );
  };
  return { asked, choose: (surroundings: Surroundings) => chooseServer(surroundings, ask, () => undefined) };
}

describe("configuredCommand", () => {
  const command = async (settings: Partial<typeof DEFAULTS>) =>
    (await configuredCommand({ ...DEFAULTS, ...settings }, values, search))?.command;

  it("is undefined when nothing is set", async () => {
    assert.equal(await command({}), undefined);
    assert.equal(await command({ interpreter: [""] }), undefined);
  });

  it("takes the interpreter with its arguments, before the path", async () => {
    const interpreter = ["/opt/python", "-X", "${userHome}"];
    assert.deepEqual(await command({ interpreter, path: "/opt/hangup" }), python("/opt/python", "-X", "/home/ann"));
  });

  it("takes the path", async () => {
    const expected = { kind: "program", executable: "/home/ann/bin/hangup", args: [] };
    assert.deepEqual(await command({ path: "~/bin/hangup" }), expected);
  });

  it("counts a relative path from the workspace folder", async () => {
    assert.deepEqual(await command({ interpreter: [".venv/bin/python"] }), python("/code/shop/.venv/bin/python"));
  });

  it("looks for a bare name on the PATH, and keeps a name that is not there for the message", async () => {
    assert.deepEqual(await command({ interpreter: ["python3", "-E"] }), python(bin("python3"), "-E"));
    assert.deepEqual(await command({ interpreter: ["python9"] }), python("python9"));
  });
});

describe("chooseServer", () => {
  it("asks nobody else when a setting names the program", async () => {
    const { asked, choose } = probing("/usr/bin/python3");
    const settings = { ...DEFAULTS, interpreter: ["/opt/python"] };
    const choice = await choose(around({ settings, sources: [source("PATH", "/usr/bin/python3")] }));
    assert.deepEqual(choice, { ok: false, reason: "/opt/python lacks it" });
    assert.deepEqual(asked, ["/opt/python"]);
  });

  it("takes the first program that can run the server and asks no further", async () => {
    const { asked, choose } = probing("/b", "/c");
    const choice = await choose(around({ sources: [source("selected", "/a"), source("PATH", "/b", "/c")] }));
    assert.deepEqual(choice, { ok: true, command: python("/b"), label: "hangup 1" });
    assert.deepEqual(asked, ["/a", "/b"]);
  });

  it("tells the problem of the program that the user would expect", async () => {
    const { choose } = probing();
    const choice = await choose(around({ sources: [source("selected", "/a"), source("PATH", "/b")] }));
    assert.deepEqual(choice, { ok: false, reason: "/a lacks it" });
  });

  it("asks the same program once", async () => {
    const { asked, choose } = probing();
    await choose(around({ sources: [source("selected", "/a"), source("PATH", "/a", "/b")] }));
    assert.deepEqual(asked, ["/a", "/b"]);
  });

  it("says so when there is no Python", async () => {
    const { choose } = probing();
    const choice = await choose(around({ sources: [source("PATH")] }));
    assert.ok(!choice.ok);
    assert.match(choice.reason, /No Python was found/);
  });

  it("runs no program of an untrusted workspace, not even to ask it", async () => {
    const { asked, choose } = probing("/code/shop/.venv/bin/python", "/usr/bin/python3");
    const forbidden = ["/code/shop"];
    const sources = [source("selected", "/code/shop/.venv/bin/python"), source("PATH", "/usr/bin/python3")];
    const choice = await choose(around({ forbidden, sources }));
    assert.deepEqual(choice, { ok: true, command: python("/usr/bin/python3"), label: "hangup 1" });
    assert.deepEqual(asked, ["/usr/bin/python3"]);

    const settings = { ...DEFAULTS, interpreter: ["${workspaceFolder}/.venv/bin/python"] };
    const refused = await choose(around({ settings, forbidden }));
    assert.ok(!refused.ok);
    assert.match(refused.reason, /^\/code\/shop\/\.venv\/bin\/python lies in this workspace, which is not trusted/);
    assert.deepEqual(asked, ["/usr/bin/python3"]);
  });
});

describe("PathSource", () => {
  it("gives the Pythons, then a hangup program", async () => {
    const found = await new PathSource(() => search).candidates();
    assert.deepEqual(
      found.map(({ command }) => command),
      [python(bin("python3")), { kind: "program", executable: bin("hangup"), args: [] }],
    );
  });
});

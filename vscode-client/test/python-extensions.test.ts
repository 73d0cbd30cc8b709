import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  ChangeFilter,
  ENVIRONMENTS_EXTENSION,
  PYTHON_EXTENSION,
  SelectedEnvironment,
  type Extension,
} from "../src/python-extensions";

const uri = (fsPath: string) => ({ fsPath, toString: () => `file://${fsPath}` });
const folder = uri("/code/shop");

/** An event with a button. */
function event<T>() {
  const listeners: ((value: T) => void)[] = [];
  return {
    listen: (listener: (value: T) => void) => {
      listeners.push(listener);
      return { dispose: () => undefined };
    },
    fire: (value: T) => {
      listeners.forEach((listener) => {
        listener(value);
      });
    },
    listeners,
  };
}

function extension(exports: unknown, activate = () => Promise.resolve()): Extension & { activations: number } {
  return {
    isActive: false,
    exports,
    activations: 0,
    async activate() {
      this.activations++;
      await activate();
    },
  };
}

interface Managed {
  error?: string;
  execInfo: { run: { executable: string; args?: string[] } };
}
const managed = (executable: string, args?: string[]): Managed => ({
  execInfo: { run: args === undefined ? { executable } : { executable, args } },
});

/** The Python Environments extension, with `environment` selected. */
function environmentsExtension(environment: Managed | undefined) {
  const changed = event<{ uri?: unknown; new?: Managed }>();
  const getEnvironment = () => Promise.resolve(environment);
  return { changed, extension: extension({ getEnvironment, onDidChangeEnvironment: changed.listen }) };
}

/** The Python extension, with an environment whose program is `executable`. */
function pythonExtension(executable: string) {
  const changed = event<{ path: string; resource?: unknown }>();
  const environments = {
    getActiveEnvironmentPath: (resource: unknown) => ({ path: executable, resource }),
    resolveEnvironment: ({ path }: { path: string }) => Promise.resolve({ executable: { uri: uri(path) } }),
    onDidChangeActiveEnvironmentPath: changed.listen,
  };
  return { changed, extension: extension({ environments }) };
}

function select(extensions: Record<string, Extension>, limit = 5000) {
  const log: string[] = [];
  const selected = new SelectedEnvironment(
    (id) => extensions[id],
    (line) => log.push(line),
    limit,
  );
  let changes = 0;
  selected.onDidChange(() => changes++);
  return {
    log,
    changes: () => changes,
    commands: async () => (await selected.candidates(folder)).map(({ command }) => command),
  };
}

describe("SelectedEnvironment", () => {
  it("gives nothing when neither extension is installed", async () => {
    const selected = select({});
    assert.deepEqual(await selected.commands(), []);
    assert.deepEqual(selected.log, []);
  });

  it("prefers the Python Environments extension, with the arguments of its command", async () => {
    const envs = environmentsExtension(managed("/conda", ["run", "python"]));
    const selected = select({
      [ENVIRONMENTS_EXTENSION]: envs.extension,
      [PYTHON_EXTENSION]: pythonExtension("/old/python").extension,
    });
    assert.deepEqual(await selected.commands(), [{ kind: "python", executable: "/conda", args: ["run", "python"] }]);
    assert.equal(envs.extension.activations, 1);
  });

  it("asks the Python extension when the other one is kept out of use or has nothing", async () => {
    const python = pythonExtension("/venv/bin/python").extension;
    const expected = [{ kind: "python", executable: "/venv/bin/python", args: [] }];
    const broken = { ...managed("/broken"), error: "no such interpreter" };
    for (const other of [
      extension(undefined),
      environmentsExtension(undefined).extension,
      environmentsExtension(broken).extension,
    ]) {
      const selected = select({ [ENVIRONMENTS_EXTENSION]: other, [PYTHON_EXTENSION]: python });
      assert.deepEqual(await selected.commands(), expected);
    }
  });

  it("survives an extension that fails, and logs it", async () => {
    const failing = extension({}, () => Promise.reject(new Error("no pet server")));
    const strange = extension({ getEnvironment: "soon" });
    for (const other of [failing, strange]) {
      const selected = select({
        [ENVIRONMENTS_EXTENSION]: other,
        [PYTHON_EXTENSION]: pythonExtension("/venv/bin/python").extension,
      });
      assert.equal((await selected.commands()).length, 1);
      assert.match(selected.log.join(), /ms-python\.vscode-python-envs could not be asked/);
    }
  });

  it("does not wait for a slow extension, but tells when it has answered", async () => {
    let ready: () => void = () => undefined;
    const envs = environmentsExtension(managed("/late/python"));
    const slow = extension(envs.extension.exports, () => new Promise((resolve) => (ready = resolve)));
    const selected = select({ [ENVIRONMENTS_EXTENSION]: slow }, 50);
    assert.deepEqual(await selected.commands(), []);
    assert.match(selected.log.join(), /no answer within 0\.05 s/);
    assert.equal(selected.changes(), 0);
    ready();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(selected.changes(), 1);
  });

  it("tells a change once, however often the extension repeats it", async () => {
    const envs = environmentsExtension(managed("/a"));
    const selected = select({ [ENVIRONMENTS_EXTENSION]: envs.extension });
    await selected.commands();
    envs.changed.fire({ uri: folder, new: managed("/a") });
    assert.equal(selected.changes(), 0);
    for (let times = 0; times < 3; times++) {
      envs.changed.fire({ uri: folder, new: managed("/b") });
    }
    assert.equal(selected.changes(), 1);
    envs.changed.fire({ uri: folder, new: managed("/a") });
    assert.equal(selected.changes(), 2);
  });

  it("hears the Python extension, whose event names a folder or a file", async () => {
    const python = pythonExtension("/a");
    const selected = select({ [PYTHON_EXTENSION]: python.extension });
    await selected.commands();
    python.changed.fire({ path: "/a", resource: { uri: folder, name: "shop", index: 0 } });
    assert.equal(selected.changes(), 0);
    python.changed.fire({ path: "/b", resource: folder });
    python.changed.fire({ path: "/b", resource: { uri: folder, name: "shop", index: 0 } });
    assert.equal(selected.changes(), 1);
  });

  it("listens once, however often it asks", async () => {
    const envs = environmentsExtension(managed("/a"));
    const selected = select({ [ENVIRONMENTS_EXTENSION]: envs.extension });
    await selected.commands();
    await selected.commands();
    assert.equal(envs.changed.listeners.length, 1);
  });
});

describe("ChangeFilter", () => {
  it("keeps scopes apart", () => {
    const filter = new ChangeFilter();
    const command = { kind: "python", executable: "/a", args: [] } as const;
    assert.deepEqual(
      [
        filter.record(folder, command),
        filter.record(folder, { ...command }),
        filter.record(undefined, command),
        filter.record(uri("/code/shop"), undefined),
        filter.record(folder, undefined),
      ],
      [true, false, true, true, false],
    );
  });
});

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { findOnPath, isInside } from "../src/executables";
import { Scratch } from "./scratch";

const scratch = new Scratch();
for (const folder of ["first", "second", "second/tool"]) {
  mkdirSync(path.join(scratch.folder, folder));
}
scratch.write("first/plain", "not executable");
const tool = (folder: string) => path.join(scratch.folder, folder, "tool");
scratch.write("first/tool", "#!/bin/sh\n", 0o755);
const folders = (...names: string[]) => names.map((name) => path.join(scratch.folder, name));

const search = (PATH: string | undefined, excluded: readonly string[] = []) => ({
  environment: { PATH },
  platform: process.platform,
  excluded,
});
const joined = (...names: string[]) => folders(...names).join(path.delimiter);

describe("findOnPath", () => {
  it("gives the absolute path of the first program", async () => {
    assert.equal(await findOnPath("tool", search(joined("nowhere", "second", "first"))), tool("first"));
  });

  it("passes over folders and files that cannot be run", async () => {
    assert.equal(await findOnPath("tool", search(joined("second"))), undefined);
    assert.equal(await findOnPath("plain", search(joined("first"))), undefined);
  });

  it("passes over relative folders, which mean something else in every process", async () => {
    const relative = path.relative(process.cwd(), path.join(scratch.folder, "first"));
    assert.equal(await findOnPath("tool", search(relative)), undefined);
  });

  it("passes over excluded folders and what lies in them", async () => {
    assert.equal(await findOnPath("tool", search(joined("first"), [scratch.folder])), undefined);
    assert.equal(await findOnPath("tool", search(joined("first"), folders("second"))), tool("first"));
  });

  it("finds nothing without a PATH", async () => {
    assert.equal(await findOnPath("tool", search(undefined)), undefined);
  });
});

describe("isInside", () => {
  it("compares whole names", () => {
    assert.deepEqual(
      ["/code/a", "/code/a/b/c", "/code/ab", "/code", "/code/a/..b", "/code/a/../b"].map((file) =>
        isInside(file, "/code/a"),
      ),
      [true, true, false, false, true, false],
    );
  });
});

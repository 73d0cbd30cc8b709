import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { debugInformation, type Facts } from "../src/report";
import { DEFAULTS } from "../src/settings";

const facts: Facts = {
  extension: "0.1.0",
  editor: "Code 1.100.0",
  system: "linux x64",
  node: "20.0.0",
  trusted: true,
  folders: 1,
  pythonExtensions: ["ms-python.python 2026.1.0"],
  settings: { ...DEFAULTS, path: "/home/ann/bin/hangup" },
  state: { kind: "failed", reason: "/home/ann/bin/hangup is not a hangup program" },
  history: ["/home/ann/bin/hangup: asked"],
  home: "/home/ann",
};

describe("debugInformation", () => {
  it("tells what a bug report needs", () => {
    const text = debugInformation(facts);
    const parts = ["0.1.0", "Code 1.100.0", "linux x64", "ms-python.python 2026.1.0", "failed: ", 'path: "~/bin'];
    for (const part of parts) {
      assert.ok(text.includes(part), `${part} is missing from ${text}`);
    }
  });

  it("does not tell who the user is", () => {
    assert.doesNotMatch(debugInformation(facts), /ann/);
  });

  it("can do without a home folder, history and Python extensions", () => {
    const bare: Facts = { ...facts, home: "", history: [], pythonExtensions: [], state: { kind: "stopped" } };
    const text = debugInformation(bare);
    assert.match(text, /no Python extension/);
    assert.match(text, /nothing yet/);
    assert.match(text, /server {11}stopped/);
  });
});

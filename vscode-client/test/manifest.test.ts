import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import manifest from "../package.json";
import { DEFAULTS, LAUNCH_SETTINGS } from "../src/settings";

const properties: Record<string, { default: unknown; scope: string }> = manifest.contributes.configuration.properties;

describe("package.json", () => {
  it("states the settings and defaults of the code", () => {
    const { trace, ...rest } = DEFAULTS;
    const expected = { ...rest, "trace.server": trace };
    const stated = Object.entries(properties).map(([name, { default: value }]) => [name.replace("hangup.", ""), value]);
    assert.deepEqual(Object.fromEntries(stated), expected);
  });

  it("keeps an untrusted workspace from naming a program to run", () => {
    const programs = LAUNCH_SETTINGS.filter((name) => name !== "hangup.enable");
    assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, programs);
    assert.deepEqual(
      programs.map((name) => properties[name]?.scope),
      ["machine-overridable", "machine-overridable"],
    );
  });

  it("offers the commands that the code registers", () => {
    const code = readFileSync("src/commands.ts", "utf8");
    const registered = [...code.matchAll(/registerCommand\("([^"]+)"/g)].map((match) => match[1]);
    assert.ok(registered.length >= 4);
    assert.deepEqual(
      manifest.contributes.commands.map(({ command }) => command),
      registered,
    );
  });

  it("is described setting by setting and command by command in README.md", () => {
    const readme = readFileSync("README.md", "utf8");
    const missing = Object.keys(properties).filter((name) => !readme.includes(`\`${name}\``));
    const untold = manifest.contributes.commands.filter(({ title }) => !readme.includes(`hangup: ${title}`));
    assert.deepEqual([missing, untold], [[], []]);
  });

  it("depends on no other extension", () => {
    assert.equal("extensionDependencies" in manifest || "extensionPack" in manifest, false);
  });
});

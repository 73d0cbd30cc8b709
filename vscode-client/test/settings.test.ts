import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  DEFAULTS,
  expandVariables,
  initializationOptions,
  mayShow,
  readSettings,
  type Notifications,
} from "../src/settings";

const source = (values: Record<string, unknown>) => ({ get: (key: string) => values[key] });

describe("readSettings", () => {
  it("gives the defaults when nothing is set", () => {
    assert.deepEqual(readSettings(source({})), DEFAULTS);
  });

  it("reads every setting", () => {
    const settings = readSettings(
      source({
        enable: false,
        interpreter: ["py", "-3.12"],
        path: " /opt/hangup ",
        select: ["HUP1"],
        extendSelect: ["HUP301"],
        ignore: [],
        severity: { HUP1: "hint" },
        python: " .venv ",
        timeoutConstant: "app.settings.HTTP_TIMEOUT",
        showNotifications: "always",
        "trace.server": "verbose",
      }),
    );
    assert.deepEqual(settings, {
      enable: false,
      interpreter: ["py", "-3.12"],
      path: "/opt/hangup",
      select: ["HUP1"],
      extendSelect: ["HUP301"],
      ignore: [],
      severity: { HUP1: "hint" },
      python: ".venv",
      timeoutConstant: "app.settings.HTTP_TIMEOUT",
      showNotifications: "always",
      trace: "verbose",
    });
  });

  it("takes a value of the wrong type as not set", () => {
    const wrong = { enable: "no", interpreter: "python", path: 3, severity: ["HUP1"], python: 3, select: [1], showNotifications: "sometimes" };
    assert.deepEqual(readSettings(source({ ...wrong, "trace.server": true, ignore: "HUP1" })), DEFAULTS);
  });
});

describe("initializationOptions", () => {
  it("has the shape of the section hangup, in which a dot is a level", () => {
    const options = initializationOptions({ ...DEFAULTS, select: ["ALL"], trace: "messages" });
    assert.deepEqual(options, {
      enable: true,
      interpreter: [],
      path: "",
      select: ["ALL"],
      extendSelect: null,
      ignore: null,
      severity: {},
      python: "",
      timeoutConstant: "",
      showNotifications: "onError",
      trace: { server: "messages" },
    });
  });
});

describe("mayShow", () => {
  it("lets through what the setting says, from nothing to everything", () => {
    const shown = (["off", "onError", "onWarning", "always"] as Notifications[]).map((setting) =>
      (["error", "warning", "information"] as const).filter((level) => mayShow(level, setting)),
    );
    assert.deepEqual(shown, [[], ["error"], ["error", "warning"], ["error", "warning", "information"]]);
  });
});

describe("expandVariables", () => {
  const values = { home: "/home/ann", folder: "/code/shop", environment: { VENV: "/venvs/$&", EMPTY: "" } };

  it("replaces what it knows", () => {
    assert.equal(expandVariables("~/bin/python", values), "/home/ann/bin/python");
    assert.equal(expandVariables("~", values), "/home/ann");
    assert.equal(expandVariables("${userHome}/x", values), "/home/ann/x");
    assert.equal(expandVariables("${workspaceFolder}/.venv", values), "/code/shop/.venv");
    assert.equal(expandVariables("${env:VENV}/bin${env:EMPTY}", values), "/venvs/$&/bin");
  });

  it("leaves the rest as it is", () => {
    assert.equal(expandVariables("${env:NONE}/${file}/a~b/~ann", values), "${env:NONE}/${file}/a~b/~ann");
    assert.equal(expandVariables("${workspaceFolder}/x", { ...values, folder: undefined }), "${workspaceFolder}/x");
  });
});

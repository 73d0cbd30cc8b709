/**
 * The text of "Show Debug Information": what a bug report needs, and nothing of the workspace's content.
 */

import type { ServerState } from "./lifecycle";
import type { Settings } from "./settings";

export interface Facts {
  readonly extension: string;
  readonly editor: string;
  readonly system: string;
  readonly node: string;
  readonly trusted: boolean;
  /** Number of workspace folders; their names stay private. */
  readonly folders: number;
  /** Python extensions that are installed, with their versions. */
  readonly pythonExtensions: readonly string[];
  readonly settings: Settings;
  readonly state: ServerState;
  /** What was found on the way to the server, latest last. */
  readonly history: readonly string[];
  /** The user's home folder, which is replaced by ~. */
  readonly home: string;
}

export function debugInformation(facts: Facts): string {
  const lines = [
    `hangup extension ${facts.extension}`,
    `editor           ${facts.editor}`,
    `system           ${facts.system}, node ${facts.node}`,
    `workspace        ${facts.trusted ? "trusted" : "not trusted"}, folders: ${facts.folders}`,
    `Python support   ${facts.pythonExtensions.join(", ") || "no Python extension"}`,
    `server           ${describe(facts.state)}`,
    "",
    "Settings",
    ...Object.entries(facts.settings).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`),
    "",
    "What happened",
    ...(facts.history.length > 0 ? facts.history.map((line) => `  ${line}`) : ["  nothing yet"]),
    "",
  ];
  const text = lines.join("\n");
  return facts.home.length > 1 ? text.replaceAll(facts.home, "~") : text;
}

function describe(state: ServerState): string {
  switch (state.kind) {
    case "running":
      return `running: ${state.label}`;
    case "waiting":
      return `restarting in ${state.milliseconds} ms: ${state.reason}`;
    case "failed":
      return `failed: ${state.reason}`;
    default:
      return state.kind;
  }
}

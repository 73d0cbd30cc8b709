/**
 * The settings under `hangup.`, read with types and defaults.
 *
 * Reads from any source with a `get` method, so nothing here needs the editor. It does not decide what a
 * setting means; that is for the module that uses it.
 */

export type Notifications = "off" | "onError" | "onWarning" | "always";
export type Trace = "off" | "messages" | "verbose";
export type Level = "error" | "warning" | "information";

export interface Settings {
  readonly enable: boolean;
  /** Command that starts the Python of the server; empty when the user named none. */
  readonly interpreter: readonly string[];
  /** The `hangup` program; empty when the user named none. */
  readonly path: string;
  /** Rule codes; null leaves the choice to the project's own configuration. */
  readonly select: readonly string[] | null;
  readonly extendSelect: readonly string[] | null;
  readonly ignore: readonly string[] | null;
  /** Rule codes to the severity of their findings; the server judges them. */
  readonly severity: Readonly<Record<string, string>>;
  /** The interpreter that the programs run with; empty when the user named none. */
  readonly python: string;
  /** The name of the project's time limit; empty when the user named none. */
  readonly timeoutConstant: string;
  readonly showNotifications: Notifications;
  readonly trace: Trace;
}

/** What `vscode.workspace.getConfiguration("hangup")` offers, as far as it is needed here. */
export interface SettingsSource {
  get(key: string): unknown;
}

/** The values that hold when nothing is set. package.json states the same ones; a test compares them. */
export const DEFAULTS: Settings = {
  enable: true,
  interpreter: [],
  path: "",
  select: null,
  extendSelect: null,
  ignore: null,
  severity: {},
  python: "",
  timeoutConstant: "",
  showNotifications: "onError",
  trace: "off",
};

/** Settings that decide which process runs. The server learns of the others without a restart. */
export const LAUNCH_SETTINGS = ["hangup.enable", "hangup.interpreter", "hangup.path"] as const;

/** Read the settings. A value of the wrong type counts as not set: settings files are written by hand. */
export function readSettings(source: SettingsSource): Settings {
  const enable = source.get("enable");
  const path = source.get("path");
  const python = source.get("python");
  const timeoutConstant = source.get("timeoutConstant");
  return {
    enable: typeof enable === "boolean" ? enable : DEFAULTS.enable,
    interpreter: strings(source.get("interpreter")) ?? DEFAULTS.interpreter,
    path: typeof path === "string" ? path.trim() : DEFAULTS.path,
    select: strings(source.get("select")),
    extendSelect: strings(source.get("extendSelect")),
    ignore: strings(source.get("ignore")),
    severity: texts(source.get("severity")) ?? DEFAULTS.severity,
    python: typeof python === "string" ? python.trim() : DEFAULTS.python,
    timeoutConstant: typeof timeoutConstant === "string" ? timeoutConstant.trim() : DEFAULTS.timeoutConstant,
    showNotifications: oneOf(
      source.get("showNotifications"),
      ["off", "onError", "onWarning", "always"],
      DEFAULTS.showNotifications,
    ),
    trace: oneOf(source.get("trace.server"), ["off", "messages", "verbose"], DEFAULTS.trace),
  };
}

/** The settings in the shape in which the server also gets them when it asks for the section `hangup`. */
export function initializationOptions(settings: Settings): Record<string, unknown> {
  const { trace, ...rest } = settings;
  return { ...rest, trace: { server: trace } };
}

/** Whether a notification of this level may be shown. */
export function mayShow(level: Level, notifications: Notifications): boolean {
  const shown: Record<Notifications, readonly Level[]> = {
    off: [],
    onError: ["error"],
    onWarning: ["error", "warning"],
    always: ["error", "warning", "information"],
  };
  return shown[notifications].includes(level);
}

export interface VariableValues {
  readonly home: string;
  /** The first workspace folder; undefined when no folder is open. */
  readonly folder: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Replace `~`, `${userHome}`, `${workspaceFolder}` and `${env:NAME}`; what has no value stays as it is. */
export function expandVariables(text: string, values: VariableValues): string {
  const tilde = text.replace(/^~(?=$|[\\/])/, () => values.home);
  return tilde.replace(/\$\{(?:env:([^}]+)|(userHome|workspaceFolder))\}/g, (whole, name?: string, known?: string) => {
    if (name !== undefined) {
      return values.environment[name] ?? whole;
    }
    return (known === "userHome" ? values.home : values.folder) ?? whole;
  });
}

function strings(value: unknown): readonly string[] | null {
  return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : null;
}

function oneOf<T extends string>(value: unknown, allowed: readonly T[], otherwise: T): T {
  return allowed.find((item) => item === value) ?? otherwise;
}

function texts(value: unknown): Record<string, string> | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const entries = Object.entries(value);
  return entries.every(([, each]) => typeof each === "string") ? Object.fromEntries(entries) : null;
}

/**
 * Finding programs on the PATH.
 *
 * The result is an absolute path, so that messages can name it and nothing is searched for again when it is
 * started. Relative PATH entries are passed over: they would mean a folder that depends on who asks.
 */

import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import path from "node:path";

export interface SearchPath {
  /** Environment variables; PATH and, on Windows, PATHEXT are read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Folders under which nothing may be found: those of an untrusted workspace. */
  readonly excluded: readonly string[];
}

/** The first program of this name on the PATH, or undefined. */
export async function findOnPath(name: string, search: SearchPath): Promise<string | undefined> {
  for (const folder of folders(search)) {
    for (const extension of extensions(name, search)) {
      const file = path.join(folder, name + extension);
      if (await isExecutable(file)) {
        return file;
      }
    }
  }
  return undefined;
}

/** Whether `file` is `folder` or lies inside it. */
export function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative === "" || (!/^\.\.(?=$|[\\/])/.test(relative) && !path.isAbsolute(relative));
}

function folders(search: SearchPath): string[] {
  const windows = search.platform === "win32";
  // Windows' variable names ignore case, a plain object made from them does not.
  const key = Object.keys(search.environment).find((name) => (windows ? name.toUpperCase() : name) === "PATH");
  const value = key === undefined ? "" : (search.environment[key] ?? "");
  return value
    .split(windows ? ";" : ":")
    .filter((folder) => path.isAbsolute(folder))
    .filter((folder) => !search.excluded.some((excluded) => isInside(folder, excluded)));
}

function extensions(name: string, search: SearchPath): string[] {
  if (search.platform !== "win32" || path.extname(name) !== "") {
    return [""];
  }
  return (search.environment["PATHEXT"] ?? ".EXE;.CMD;.BAT").split(";").filter((extension) => extension !== "");
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

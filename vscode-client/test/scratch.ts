/** A folder for one test file, with programs to try things on. Removed when the tests are over. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after } from "node:test";
import type { ServerCommand } from "../src/probe";

export class Scratch {
  readonly folder = mkdtempSync(path.join(tmpdir(), "hangup test "));

  constructor() {
    after(() => {
      rmSync(this.folder, { recursive: true });
    });
  }

  write(name: string, text: string, mode = 0o644): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, text, { mode });
    return file;
  }

  /** A "Python" that is a node script; it sees its own arguments in `args`. */
  python(name: string, body: string): ServerCommand {
    const script = this.write(name, `const args = process.argv.slice(2);\n${body}\n`);
    return { kind: "python", executable: process.execPath, args: [script] };
  }
}

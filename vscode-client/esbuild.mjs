// Bundles the extension into out/extension.js, with the licences of what is bundled beside it,
// or with --tests each test/*.test.ts into out/test/. Type checking is `npm run check`.
import { build } from "esbuild";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

const common = {
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  loader: { ".py": "text" },
  logLevel: "info",
};

/** The folders of the packages whose files are in the bundle, from esbuild's list of inputs. */
function bundledPackages(metafile) {
  const found = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
    if (folder !== undefined) found.add(folder);
  }
  return [...found].sort();
}

/** The licence text of every bundled package; a package without one fails the build. */
async function thirdPartyNotices(metafile) {
  const parts = ["The file extension.js contains the following packages.\n"];
  for (const folder of bundledPackages(metafile)) {
    const { name, version } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
    const licence = (await readdir(folder)).find((file) => /^licen[cs]e(\.|$)/i.test(file));
    if (licence === undefined) throw new Error(`${name} ${version} has no licence file`);
    const text = await readFile(path.join(folder, licence), "utf8");
    parts.push(`${"=".repeat(78)}\n${name} ${version}\n${"=".repeat(78)}\n${text.trim()}\n`);
  }
  return parts.join("\n");
}

if (process.argv.includes("--tests")) {
  await rm("out/test", { recursive: true, force: true });
  const tests = (await readdir("test")).filter((file) => file.endsWith(".test.ts"));
  await build({
    ...common,
    entryPoints: tests.map((file) => `test/${file}`),
    outdir: "out/test",
    sourcemap: "inline",
    logLevel: "warning",
  });
} else {
  await mkdir("out", { recursive: true });
  const { metafile } = await build({
    ...common,
    entryPoints: ["src/extension.ts"],
    outfile: "out/extension.js",
    external: ["vscode"],
    minify: true,
    legalComments: "none",
    metafile: true,
  });
  await writeFile("out/ThirdPartyNotices.txt", await thirdPartyNotices(metafile));
}

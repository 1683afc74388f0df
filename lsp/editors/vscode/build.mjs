// Bundles the extension into dist/extension.js, and the licences of what is bundled beside it.
import { build } from "esbuild";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const result = await build({
  bundle: true,
  entryPoints: ["src/extension.ts"],
  external: ["vscode"],
  format: "cjs",
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  minify: true,
  outfile: "dist/extension.js",
  platform: "node",
  target: "node20",
});

const packages = new Set();
for (const input of Object.keys(result.metafile.inputs)) {
  const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
  if (found) packages.add(found[1]);
}

const notices = [];
for (const folder of [...packages].sort()) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.\w+)?$/i.test(entry));
  if (!file || !existsSync(join(folder, file))) throw new Error(`${name} carries no licence`);
  const text = readFileSync(join(folder, file), "utf8").trim();
  notices.push(`${name} ${version} (${license})\n\n${text}\n`);
}
writeFileSync("dist/licenses.txt", notices.join(`\n${"-".repeat(72)}\n\n`));

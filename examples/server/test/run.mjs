// Runs the files in checks/, in their order: `node run.mjs FOLDER BINARIES [NAME…]`.

import { readdirSync } from "node:fs";
import { check, counts, dependencies, up } from "./harness.mjs";

const here = new URL("./checks/", import.meta.url);
const only = process.argv.slice(4);

try {
  for (const name of Object.keys(dependencies)) await up(name);
  for (const file of readdirSync(here).sort()) {
    if (only.length && !only.some((name) => file.replace(/^\d+-/, "").startsWith(name))) continue;
    console.log(`\n${file}`);
    try {
      await import(new URL(file, here));
    } catch (error) {
      await check(`${file} runs to its end`, () => Promise.reject(error));
    }
  }
} finally {
  for (const process of Object.values(dependencies)) process.child?.kill("SIGKILL");
}
const { passed, failed } = counts();
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

// Runs test files in one Firefox, which takes as long to start as several tests: `node run.mjs ARGUMENTS` is
// `node --test ARGUMENTS`. Only one driver at a time can have it: --test-concurrency=1 is needed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { launch } from "./browser.mjs";

const { browser, downloads, remove } = await launch();
const endpoint = browser.wsEndpoint();
await browser.disconnect();
const env = { ...process.env, SHARED: JSON.stringify({ endpoint, downloads }) };
const tests = spawn(process.execPath, ["--test", ...process.argv.slice(2)], { env, stdio: "inherit" });
const [code] = await once(tests, "exit");
const firefox = browser.process();
// It is gone already where a test broke it.
if (firefox.kill()) await once(firefox, "exit");
await remove();
process.exitCode = code ?? 1;

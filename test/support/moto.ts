import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** What `moto/build` installs. */
const INSTALLED = resolve(".cache", "moto", "bin", "moto_server");

/** A suite against moto's AWS. Without moto it is skipped, but in CI, where nothing is, it is installed. */
export function describeOnMoto(title: string, suite: (this: Mocha.Suite, moto: Moto) => void): void {
  if (!hasMoto()) {
    it.skip(`${title}: needs moto; moto/build installs it, with Python, in half a minute`);
    return;
  }
  describe(title, function () {
    const moto: { endpoint: string } = { endpoint: "" };
    let stop = () => {};
    before(async () => {
      const started = await startMoto();
      moto.endpoint = started.endpoint;
      stop = started.stop;
    });
    after(() => stop());
    suite.call(this, moto);
  });
}

/** Known once the suite's tests run. */
export interface Moto {
  readonly endpoint: string;
}

/** Only the version that the suite was written against: another one on the PATH may answer differently. */
export function hasMoto(): boolean {
  if (!existsSync(INSTALLED) && process.env.CI === "true")
    execFileSync(resolve("moto", "build"), { stdio: "inherit" });
  return existsSync(INSTALLED);
}

/** An AWS with nothing in it, until it is stopped. */
export async function startMoto() {
  const port = await freePort();
  const child = spawn(INSTALLED, ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  const endpoint = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(`moto_server ended with ${child.exitCode}`);
    const answered = await fetch(`${endpoint}/moto-api/data.json`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return { endpoint, stop: () => void child.kill() };
    await pause(250);
  }
  child.kill();
  throw new Error("moto_server did not answer within 50 s");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

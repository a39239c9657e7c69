import { execFileSync, type SpawnSyncReturns, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { DEFAULT_INSTANCES } from "../../adapters/instance-settings.ts";
import { DEFAULT_DEPLOYMENT, type Deployment } from "../../adapters/service-deployment.ts";
import { type HOOKS, MOST_USER_DATA, webServer } from "../../components/web-server.ts";
import { CAPACITY } from "../support/deploy.ts";

type Hooks = readonly (keyof typeof HOOKS)[];

const ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop:1.2";

function script(deployment: Partial<Deployment> = {}, hooks: Hooks = [], environment = {}): string {
  const whole = { ...DEFAULT_DEPLOYMENT, ...deployment };
  return webServer({ deployment: whole, capacity: CAPACITY, region: "eu-west-1", hooks, environment });
}

/** What the instance's metadata answers, by path. */
const METADATA = {
  "instance-id": "i-0123",
  "tags/instance/setpoint:logs": "web-logs-1234567",
  "tags/instance/aws:autoscaling:groupName": "web-group-1234567",
  "autoscaling/target-lifecycle-state": "Terminated",
};

/** What user data and the stubs need of a real machine. */
const REAL = ["cat", "chmod", "grep"];

/** How a script ends that succeeds; where one does not, the difference says why. */
const WELL = { status: 0, signal: null, error: undefined, stderr: "" };

/**
 * A machine of stubs: each notes how it was called, and calls that match a pattern in `failing` fail so many times before they
 * work. Nothing of this machine is within reach but what is `REAL`: what has no stub fails, and is not done here.
 */
function machine(failing: Readonly<Record<string, number>> = {}) {
  const root = mkdtempSync(join(tmpdir(), "web-server-"));
  const bin = join(root, "bin");
  for (const folder of [
    "bin",
    "usr/local/bin",
    "var/lib/cloud/scripts/per-boot",
    "etc/systemd/system",
    "etc/sysctl.d",
  ])
    mkdirSync(join(root, folder), { recursive: true });
  for (const name of REAL) symlinkSync(found(name), join(bin, name));
  const calls = join(root, "calls");
  writeFileSync(calls, "");
  const failures = Object.entries(failing).map(
    ([pattern, times]) =>
      `if [[ $call =~ ${pattern} ]] && [ "$(grep -cE "${pattern}" ${calls})" -le ${times} ]; then exit 1; fi`,
  );
  const stub = (name: string, answer = "") => {
    const noted = ["#!/bin/bash", `call="${name} $*"`, `echo "$call" >> ${calls}`];
    writeFileSync(join(bin, name), [...noted, ...failures, answer].join("\n"), { mode: 0o755 });
  };
  for (const name of ["dnf", "systemctl", "sleep", "sysctl"]) stub(name);
  stub("docker", "if [ $1 = login ]; then cat >> ".concat(calls, "; fi"));
  stub("aws", "if [ $1 = ecr ]; then echo the-token; fi");
  const answers = Object.entries(METADATA).map(([path, value]) => `*/meta-data/${path}) echo ${value} ;;`);
  stub(
    "curl",
    `case "\${@: -1}" in */api/token) echo session ;; ${answers.join(" ")} http*://localhost*) ;; *) exit 22 ;; esac`,
  );
  const here = (text: string) =>
    text.replace(/\/(usr\/local|var\/lib|etc\/systemd|etc\/sysctl\.d)\//g, `${root}/$1/`);
  // `bash -c` on a socket, as Node's pipes are, takes itself for rshd's and reads .bashrc where SHLVL is below 2: it may put
  // the real `aws` before the stub. A file is run as cloud-init runs it, and reads none; if it did, it would fail.
  writeFileSync(join(root, ".bashrc"), "exit 9");
  const start = (file: string) =>
    ended(spawnSync(join(root, file), { env: { HOME: root, PATH: bin }, encoding: "utf8" }));
  const run = (text: string) => {
    writeFileSync(join(root, "user-data"), here(text), { mode: 0o755 });
    return start("user-data");
  };
  return {
    run,
    start,
    calls: () =>
      readFileSync(calls, "utf8")
        .trim()
        .split("\n")
        .filter((line) => !line.startsWith("curl ")),
    asked: () => readFileSync(calls, "utf8"),
    remove: () => rmSync(root, { recursive: true }),
  };
}

/** Where this machine has a tool. */
function found(name: string): string {
  const places = process.env.PATH!.split(delimiter).map((folder) => join(folder, name));
  return places.find((path) => existsSync(path))!;
}

function ended({ status, signal, error, stderr }: SpawnSyncReturns<string>) {
  return { status, signal, error, stderr };
}

describe("webServer", () => {
  const machines: ReturnType<typeof machine>[] = [];
  const fresh = (failing?: Readonly<Record<string, number>>) => {
    const made = machine(failing);
    machines.push(made);
    return made;
  };
  after(() => {
    for (const each of machines) each.remove();
  });

  it("serves on the first start: Docker now and after a restart, then the image, unprivileged, its logs in its own group", () => {
    const { run, calls } = fresh();
    expect(run(script({ port: 80, user: 1000 }))).to.deep.equal(WELL);
    const image = "public.ecr.aws/nginx/nginx-unprivileged:1.28";
    expect(calls()).to.deep.equal([
      "dnf install --assumeyes docker",
      "systemctl enable --now docker",
      `docker pull ${image}`,
      "docker rm --force web",
      [
        "docker run --detach --name web --restart always --publish 80:80 --user 1000 --read-only --tmpfs /tmp:size=64m",
        "--cap-drop ALL --security-opt no-new-privileges --stop-timeout 30",
        "--log-driver awslogs --log-opt awslogs-region=eu-west-1 --log-opt awslogs-group=web-logs-1234567",
        `--log-opt awslogs-stream=i-0123 --log-opt mode=non-blocking --log-opt max-buffer-size=25m ${image}`,
      ].join(" "),
    ]);
  });

  it("lets an unprivileged container listen below 1024 on the host's network, which it needs for the role's credentials", () => {
    const { run, calls } = fresh();
    const granted = (port: number) => script({ port }, [], { TABLE_CARTS: "carts-1234567" });
    const text = granted(80);
    expect(text).to.include("echo net.ipv4.ip_unprivileged_port_start=80 > /etc/sysctl.d/");
    expect(run(text)).to.deep.equal(WELL);
    expect(calls().indexOf("sysctl --system")).to.be.within(
      1,
      calls().findIndex((call) =>
        call.startsWith("docker run --detach --name web --restart always --network host"),
      ),
    );
    expect(granted(8080)).to.not.include("sysctl");
  });

  it("asks the metadata service with a session's token alone (EC2.8)", () => {
    const { run, asked } = fresh();
    expect(run(script())).to.deep.equal(WELL);
    const questions = asked()
      .split("\n")
      .filter((line) => line.includes("meta-data"));
    expect(questions).to.have.length(2);
    for (const question of questions) expect(question).to.include("X-aws-ec2-metadata-token: session");
  });

  it("tries again what fails for a moment, and gives up after five tries without a container", () => {
    const moment = fresh({ dnf: 2 });
    expect(moment.run(script())).to.deep.equal(WELL);
    expect(moment.calls().slice(0, 6)).to.deep.equal([
      ...["dnf install --assumeyes docker", "sleep 2", "dnf install --assumeyes docker", "sleep 4"],
      ...["dnf install --assumeyes docker", "systemctl enable --now docker"],
    ]);
    const never = fresh({ dnf: 99 });
    expect(never.run(script()).status).to.equal(1);
    expect(never.calls().filter((call) => !call.startsWith("sleep"))).to.deep.equal(
      Array(5).fill("dnf install --assumeyes docker"),
    );
  });

  it("logs in to ECR with the role's token, by the image's region, and keeps no token", () => {
    const { run, calls } = fresh();
    expect(run(script({ image: { kind: "reference", reference: ECR } }))).to.deep.equal(WELL);
    const host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    const between = calls().slice(2, 7).toSorted();
    expect(between).to.deep.equal(
      [
        "aws ecr get-login-password --region eu-west-1",
        `docker login --username AWS --password-stdin ${host}`,
        "the-token",
        `docker pull ${ECR}`,
        `docker logout ${host}`,
      ].toSorted(),
    );
    expect(calls().indexOf(`docker pull ${ECR}`)).to.be.below(calls().indexOf(`docker logout ${host}`));
  });

  it("runs the owner's lines before the container, and starts none when they fail", () => {
    const setup = (lines: string) => ({ instances: { ...DEFAULT_INSTANCES, setup: lines } });
    const good = fresh();
    expect(good.run(script(setup("dnf install --assumeyes jq\nexit 0")))).to.deep.equal(WELL);
    expect(good.calls().indexOf("dnf install --assumeyes jq")).to.equal(2);
    expect(good.calls().join()).to.include("docker run");
    const bad = fresh();
    expect(bad.run(script(setup("false"))).status).to.equal(1);
    expect(bad.calls().join()).to.not.include("docker run");
  });

  it("row 43: reports to the launch hook once the container answers, on later starts too", () => {
    const { run, start, calls } = fresh();
    const done =
      "aws autoscaling complete-lifecycle-action --region eu-west-1 --lifecycle-hook-name launch --lifecycle-action-result CONTINUE --instance-id i-0123 --auto-scaling-group-name web-group-1234567";
    expect(run(script({ health: { path: "/it's" } }, ["launch"]))).to.deep.equal(WELL);
    expect(calls().at(-1)).to.equal(done);
    expect(calls().findIndex((call) => call.startsWith("docker run"))).to.equal(calls().length - 2);
    expect(start("var/lib/cloud/scripts/per-boot/setpoint-ready")).to.deep.equal(WELL);
    expect(calls().filter((call) => call === done)).to.have.length(2);
  });

  it("row 43: asks the metadata service again where it fails for a moment, and never reports without a name", () => {
    for (const question of ["instance-id", "groupName"]) {
      const { run, start, calls } = fresh({ [question]: 3 });
      expect(run(script({}, ["launch"]))).to.deep.equal(WELL);
      expect(start("var/lib/cloud/scripts/per-boot/setpoint-ready")).to.deep.equal(WELL);
      const reports = calls().filter((call) => call.startsWith("aws autoscaling"));
      expect(reports).to.have.length(2);
      for (const report of reports)
        expect(report).to.match(/ --instance-id i-0123 --auto-scaling-group-name web-group-1234567$/);
    }
  });

  it("row 43: asks the container as the balancer does: over TLS where it does, with the codes that it takes", () => {
    const asks = (deployment: Partial<Deployment>) => {
      const { run, asked } = fresh();
      expect(run(script(deployment, ["launch"]))).to.deep.equal(WELL);
      return asked()
        .split("\n")
        .find((line) => line.includes("localhost"));
    };
    const rest = "--max-time 5 --output /dev/null";
    expect(asks({ protocol: "https" })).to.equal(`curl -sfk ${rest} https://localhost:8080/`);
    expect(asks({ health: { path: "/", matcher: "404" } })).to.equal(
      `curl -sk ${rest} http://localhost:8080/`,
    );
  });

  it("row 43: at the terminate hook waits for the balancer's drain, stops the container, then reports", () => {
    const { run, start, calls } = fresh();
    expect(run(script({}, ["terminate"]))).to.deep.equal(WELL);
    expect(calls().at(-1)).to.equal("systemctl enable --now setpoint-farewell");
    expect(start("usr/local/bin/setpoint-farewell")).to.deep.equal(WELL);
    const [drained, stopped, reported] = calls().slice(-3);
    expect(drained).to.equal("sleep 180"); // of the balancer: the longest request takes 6 s, and 180 s is a group's least
    expect(stopped).to.equal("docker stop web");
    expect(reported).to.match(/complete-lifecycle-action .* terminate .*web-group-1234567$/);
  });

  it("CMP-20: is valid bash, far below 16 KB with all it can hold, and the same each time", () => {
    const most = script({ image: { kind: "reference", reference: ECR } }, ["launch", "terminate"]);
    execFileSync("bash", ["-n"], { input: most });
    expect(Buffer.byteLength(most)).to.be.below(MOST_USER_DATA / 4);
    expect(most).to.equal(script({ image: { kind: "reference", reference: ECR } }, ["launch", "terminate"]));
  });

  it("refuses to build an image for instances", () => {
    expect(() => script({ image: { kind: "build", folder: "shop" } })).to.throw(
      "deploy.image is build; instances take a reference only. Push the image and name it, or use fargate.",
    );
  });
});

import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

/** A machine of stubs: each notes how it was called, and `failing` fails so many times before it works. */
function machine(failing: Readonly<Record<string, number>> = {}) {
  const root = mkdtempSync(join(tmpdir(), "web-server-"));
  for (const folder of [
    "bin",
    "usr/local/bin",
    "var/lib/cloud/scripts/per-boot",
    "etc/systemd/system",
    "etc/sysctl.d",
  ])
    mkdirSync(join(root, folder), { recursive: true });
  const calls = join(root, "calls");
  writeFileSync(calls, "");
  const stub = (name: string, answer = "") => {
    const body = `#!/bin/bash
echo "${name} $*" >> ${calls}
if [ "$(grep -c "^${name} " ${calls})" -le ${failing[name] ?? 0} ]; then exit 1; fi
${answer}`;
    writeFileSync(join(root, "bin", name), body);
    chmodSync(join(root, "bin", name), 0o755);
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
  const env = { ...process.env, PATH: [join(root, "bin"), process.env.PATH].join(delimiter) };
  return {
    run: (text: string) => spawnSync("bash", ["-c", here(text)], { env, encoding: "utf8" }),
    start: (file: string) => spawnSync(join(root, file), { env, encoding: "utf8" }),
    calls: () =>
      readFileSync(calls, "utf8")
        .trim()
        .split("\n")
        .filter((line) => !line.startsWith("curl ")),
    asked: () => readFileSync(calls, "utf8"),
    remove: () => rmSync(root, { recursive: true }),
  };
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
    expect(run(script({ port: 80, user: 1000 })).status).to.equal(0);
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
    expect(run(text).status).to.equal(0);
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
    run(script());
    const questions = asked()
      .split("\n")
      .filter((line) => line.includes("meta-data"));
    expect(questions).to.have.length(2);
    for (const question of questions) expect(question).to.include("X-aws-ec2-metadata-token: session");
  });

  it("tries again what fails for a moment, and gives up after five tries without a container", () => {
    const moment = fresh({ dnf: 2 });
    expect(moment.run(script()).status).to.equal(0);
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
    expect(run(script({ image: { kind: "reference", reference: ECR } })).status).to.equal(0);
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
    expect(good.run(script(setup("dnf install --assumeyes jq\nexit 0"))).status).to.equal(0);
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
    expect(run(script({ health: { path: "/it's" } }, ["launch"])).status).to.equal(0);
    expect(calls().at(-1)).to.equal(done);
    expect(calls().findIndex((call) => call.startsWith("docker run"))).to.equal(calls().length - 2);
    expect(start("var/lib/cloud/scripts/per-boot/setpoint-ready").status).to.equal(0);
    expect(calls().filter((call) => call === done)).to.have.length(2);
  });

  it("row 43: asks the container as the balancer does: over TLS where it does, with the codes that it takes", () => {
    const asks = (deployment: Partial<Deployment>) => {
      const { run, asked } = fresh();
      expect(run(script(deployment, ["launch"])).status).to.equal(0);
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
    expect(run(script({}, ["terminate"])).status).to.equal(0);
    expect(calls().at(-1)).to.equal("systemctl enable --now setpoint-farewell");
    expect(start("usr/local/bin/setpoint-farewell").status).to.equal(0);
    const [drained, stopped, reported] = calls().slice(-3);
    expect(drained).to.equal("sleep 10"); // of the balancer: the longest request takes 6 s, and 10 s is the least
    expect(stopped).to.equal("docker stop web");
    expect(reported).to.match(/complete-lifecycle-action .* terminate .*web-group-1234567$/);
  });

  it("CMP-20: is valid bash, far below 16 KB with all it can hold, and the same each time", () => {
    const most = script({ image: { kind: "reference", reference: ECR } }, ["launch", "terminate"]);
    execFileSync("bash", ["-n", "-c", most]);
    expect(Buffer.byteLength(most)).to.be.below(MOST_USER_DATA / 4);
    expect(most).to.equal(script({ image: { kind: "reference", reference: ECR } }, ["launch", "terminate"]));
  });

  it("refuses to build an image for instances", () => {
    expect(() => script({ image: { kind: "build", folder: "shop" } })).to.throw(
      "deploy.image is build; instances take a reference only. Push the image and name it, or use fargate.",
    );
  });
});

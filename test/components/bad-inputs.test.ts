import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { registrations } from "../../adapters/offline-preview.ts";
import { serviceDeploymentSchema } from "../../adapters/service-deployment.ts";
import { stackSettings } from "../../adapters/stack-settings.ts";

const capacity = {
  serviceTime: { mean: "200 ms", cv: 0.7 },
  concurrency: 2,
  maxWait: "5 s",
  startup: "75 s",
};
const service = {
  compute: { type: "fargate", cpu: 512, memory: 1024 },
  slos: [{ name: "latency", threshold: "1 s", objective: "99 %", window: "28 d" }],
  capacity,
  demand: { peak: "100 /s" },
  bounds: { min: 2, max: 60 },
};
const deployment = {
  profile: "dev",
  network: { cidr: "10.0.0.0/16", zones: ["eu-west-1a", "eu-west-1b"] },
  entry: { insecure: true },
};

let runs = 0;

/** What the program says, line by line, and what it has registered until then. */
async function run(stack: object, services: object) {
  const seen: string[] = [];
  const program = () => {
    pulumi.runtime.registerStackTransformation(({ name }) => {
      seen.push(name);
      return undefined;
    });
    return import(new URL(`../../index.ts?bad=${runs++}`, import.meta.url).href);
  };
  const config = {
    "aws:region": "eu-west-1",
    "setpoint:services": JSON.stringify(services),
    "setpoint:deployment": JSON.stringify(stack),
  };
  const settings = { project: "setpoint", stack: "dev", config, secrets: [] };
  const said = await registrations(program, settings).then(
    () => "",
    (error: Error) => error.message,
  );
  return { faults: said.split("\n"), seen };
}

describe("a program with a bad input of each kind", () => {
  it("would see a registration if there were one", async () => {
    const { faults, seen } = await run(deployment, { cart: service });
    expect(faults).to.deep.equal([""]);
    expect(seen).to.include.members(["aws", "network", "entry-alb", "cart-target-group"]);
  });

  it("NET-2, LB-16, CMP-10, NAM-12: says all at once and registers nothing, of what is wrong by itself", async () => {
    const { faults, seen } = await run(
      {
        ...deployment,
        network: { ...deployment.network, cidr: "10.0.0.5/16" },
        entry: { insecure: true, idleTimeout: "4001 s" },
        tags: { "aws:cost": "7" },
      },
      { web: { ...service, compute: { type: "ec2", instanceType: "t2.smal" } }, Pay: service },
    );
    expect(
      faults
        .map((fault) =>
          fault
            .replace(/^Pulumi\.dev\.yaml /, "")
            .split(":")
            .slice(0, -1)
            .join(":"),
        )
        .join(),
    )
      .to.include("setpoint:deployment.network.cidr")
      .and.to.include("setpoint:deployment.entry.idleTimeout")
      .and.to.include("setpoint:deployment.tags")
      .and.to.include("services.web.compute.instanceType");
    expect(faults.find((fault) => fault.includes("services.Pay"))).to.match(/the name is "Pay"/);
    expect(faults).to.have.length(5);
    expect(seen).to.deep.equal([]);
  });

  it("NET-9, LB-2, CMP-11, NAM-3: says all at once and registers nothing, of what is wrong together", async () => {
    const arm = { image: "public.ecr.aws/nginx/nginx:1.28", cpuArchitecture: "arm64", paths: ["/web"] };
    const { faults, seen } = await run(
      { ...deployment, network: { ...deployment.network, cidr: "10.0.0.0/22" } },
      {
        cart: service,
        pay: service,
        entry: { ...service, deploy: { paths: ["/entry"] } },
        web: { ...service, compute: { type: "ec2", instanceType: "m5.large" }, deploy: arm },
      },
    );
    expect(faults.map((fault) => fault.split(": ")[0])).to.have.members([
      "services.entry",
      "setpoint:deployment.network",
      "services.web.deploy",
      "services.pay.deploy",
    ]);
    expect(faults.join("\n"))
      .to.match(/cidr is 10\.0\.0\.0\/22; twice the most tasks need \d+ private addresses/)
      .and.to.match(/paths hold \/\*, as those of cart do/)
      .and.to.match(/cpuArchitecture is arm64; m5\.large is the other/)
      .and.to.match(/the name is entry/);
    expect(seen).to.deep.equal([]);
  });

  it("CMP-12: refuses burstable instances whose credits cannot last, and registers nothing", async () => {
    const web = {
      ...service,
      compute: { type: "ec2", instanceType: "t2.small" },
      bounds: { min: 1, max: 20 },
    };
    const { faults, seen } = await run(deployment, { web });
    expect(faults).to.have.length(1);
    expect(faults[0]).to.match(
      /^services\.web\.bounds\.max: max is 20; .*the baseline is 20 %, 12 credits an hour, and 318 credits.* are empty after [\d.]+ h \(CMP-12\)\. Declare max of at least \d+, or credits: unlimited/,
    );
    expect(seen).to.deep.equal([]);
  });
});

describe("what AWS could be asked wrongly, and nobody can declare", () => {
  const unknown = (document: object) =>
    serviceDeploymentSchema
      .safeParse(document)
      .error!.issues.flatMap((issue) => (issue.code === "unrecognized_keys" ? issue.keys : [issue.message]));

  it("LB-22, CMP-18: a service's own target groups, their type, and subnets", () => {
    const wrong = {
      targetGroups: ["a", "b"],
      targetType: "instance",
      subnets: ["subnet-1"],
      launchType: "EC2",
    };
    expect(unknown(wrong)).to.have.members(Object.keys(wrong));
  });

  it("NET-19, CMP-18: security groups of a service; and zones, so subnets, beyond a region's", () => {
    expect(unknown({ securityGroups: ["sg-1"] })).to.deep.equal(["securityGroups"]);
    const zones = [..."abcdefghijklmnopq"].map((letter) => `us-east-1${letter}`);
    const network = { ...deployment.network, zones };
    expect(() => stackSettings({ ...deployment, network })).to.throw(
      /zones\[6\] is "us-east-1g"; must be a zone of its region/,
    );
  });

  it("LB-23: the bucket and the key of access logs", () => {
    for (const key of ["accessLogs", "logBucket", "logKey"])
      expect(() => stackSettings({ ...deployment, entry: { insecure: true, [key]: "x" } })).to.throw(
        `entry.${key}: \`${key}\` is unknown`,
      );
  });
});

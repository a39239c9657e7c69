import { expect } from "chai";
import { readStack } from "../../adapters/declaration.ts";
import { launchTypes } from "../../adapters/launch-types.ts";
import { type Registration, registrations } from "../../adapters/offline-preview.ts";
import { asked, later, ofType } from "../support/deploy.ts";

const base = {
  compute: { type: "ec2", instanceType: "m5.large" },
  slos: [{ name: "latency", threshold: "1 s", objective: "99 %", window: "28 d" }],
  capacity: { serviceTime: { mean: "200 ms", cv: 0.7 }, concurrency: 2, maxWait: "5 s", startup: "75 s" },
  demand: { peak: "4 /s" },
};
const on = (name: string, instances: object, bounds = { min: 1, max: 6 }) => ({
  ...base,
  bounds,
  deploy: { paths: [`/${name}`], instances },
});

let runs = 0;
function program(services: object) {
  const deployment = {
    profile: "dev",
    network: { cidr: "10.0.0.0/16", zones: ["eu-west-1a", "eu-west-1b"] },
    entry: { insecure: true },
    backup: { keep: "7 d" },
  };
  const config = {
    "aws:region": "eu-west-1",
    "setpoint:services": JSON.stringify(services),
    "setpoint:deployment": JSON.stringify(deployment),
  };
  const index = new URL(`../../index.ts?instances=${runs++}`, import.meta.url).href;
  return registrations(() => import(index), { project: "setpoint", stack: "dev", config, secrets: [] });
}

describe("services on instances as declared", () => {
  let registered: readonly Registration[];
  before(async () => {
    registered = await program({
      office: on("office", {
        officeHours: { start: "Mon-Fri 08:00", stop: "Mon-Fri 20:00", timezone: "Europe/Berlin" },
        warmPool: { size: 1 },
        hooks: { terminate: "5 min" },
      }),
      spot: on("spot", { types: ["m6i.large", "m5a.large"], spot: { share: "50 %" }, state: "stopped" }),
      one: on("one", { single: true, state: "stopped" }, { min: 1, max: 1 }),
    });
  });

  const below = (parent: string) =>
    registered.filter((each) => each.parent === parent).map(({ type }) => type);

  it("rows 15, 16: a single instance takes the group's place behind the balancer, and nothing scales it", () => {
    const kinds = ["Target", "ServiceAlarms", "WebInstance", "Observability"];
    expect(below("one")).to.deep.equal(kinds.map((kind) => `setpoint:index:${kind}`));
    expect(asked(registered, "one-web-state").state).to.equal("stopped");
    expect(asked(registered, "one-web-attachment").targetGroupArn).to.equal(later("one-target-group.arn"));
  });

  it("rows 16, 17, 42, 43: groups are emptied on schedule, warmed, mixed with Spot and stopped", () => {
    const group = (service: string) => asked(registered, `${service}-web-group`);
    expect(group("office")).to.include.keys("warmPool", "initialLifecycleHooks");
    const hours = ofType(registered, "aws:autoscaling/schedule:Schedule").map(({ name }) => name);
    expect(hours).to.deep.equal(["office-web-office-start", "office-web-office-stop"]);
    expect(group("spot")).to.include({ minSize: 0, maxSize: 0 }).and.to.include.keys("mixedInstancesPolicy");
    expect(below("spot")).to.include("setpoint:index:Ec2Scaling");
  });

  it("row 20: copies what their volumes' tags ask for, each stack its own", () => {
    const [{ stringEquals }] = asked(registered, "backup-selection").conditions as [
      { stringEquals: { key: string; value: string }[] },
    ];
    const wanted = stringEquals.map(({ key, value }) => [key.replace("aws:ResourceTag/", ""), value]);
    const [, volume] = asked(registered, "spot-web-template").tagSpecifications as { tags: object }[];
    expect(volume!.tags).to.include(Object.fromEntries(wanted));
    expect(asked(registered, "one-web-instance", "ec2/instance:").tags).to.include(
      Object.fromEntries(wanted),
    );
    expect(wanted).to.have.length(3);
  });

  it("AutoScaling.6: this repository's own production has stand-ins for its type", () => {
    const web = readStack("prod", ".").find(({ service }) => service.name === "web")!;
    const { compute } = web.service;
    if (compute.type !== "ec2") throw new Error("web has left its instances");
    expect(launchTypes(compute, web.deployment.instances!, "prod")).to.have.length(3);
  });

  it("refuses every fault of every service before it asks for anything", async () => {
    const broken = {
      office: on("office", { officeHours: { start: "08:00", stop: "Mon 20:00" }, maxLifetime: "1 h" }),
      one: on("one", { single: true, warmPool: { size: 1 } }),
    };
    let message = "";
    try {
      await program(broken);
    } catch (error) {
      message = (error as Error).message;
    }
    const places = message.split("\n").map((line) => line.replace(/^\S+ /, "").split(":")[0]);
    expect(places).to.deep.equal([
      "services.office.deploy.instances.maxLifetime",
      "services.office.deploy.instances.officeHours.start",
      "services.one.deploy.instances.warmPool",
    ]);
  });
});

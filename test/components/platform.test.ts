import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { type Registration, registrations } from "../../adapters/offline-preview.ts";
import { stackDeclaration } from "../../components/declaration.ts";
import { Platform } from "../../components/platform.ts";
import { ofType } from "../support/deploy.ts";

/** As long as a service's name may be. */
const LONG = "a-service-whose-name-has-forty-character";

const service = {
  compute: { type: "fargate", cpu: 512, memory: 1024 },
  slos: [{ name: "latency", threshold: "1 s", objective: "99 %" }],
  capacity: { serviceTime: { mean: "200 ms", cv: 0.7 }, concurrency: 2, maxWait: "5 s", startup: "75 s" },
  demand: { peak: "20 /s" },
  bounds: { min: 2, max: 20 },
};

function declared(cidr: string, services: object = { [LONG]: service }) {
  const deployment = {
    profile: "dev",
    network: { cidr, zones: ["eu-west-1a", "eu-west-1b"] },
    entry: { insecure: true },
    notify: { ticket: ["team@example.com"] },
  };
  const { settings, declared } = stackDeclaration(
    (key) => ({ deployment, services })[key],
    "test",
    "eu-west-1",
  );
  return { settings, declared, region: "eu-west-1" };
}

/** In a project named shop. */
function shop(program: () => unknown): Promise<readonly Registration[]> {
  const silent = async () => void (await program());
  return registrations(silent, { project: "shop", stack: "test", config: {}, secrets: [] });
}

const below = (all: readonly Registration[], parent: string) =>
  all.filter((each) => each.parent === parent).map(({ name }) => name);

describe("Platform", () => {
  it("shares a stack with another: the project's has plain names, the other's begin with its own", async () => {
    const all = await shop(() => {
      new Platform("shop", declared("10.0.0.0/20"));
      new Platform("a-platform-of-twenty", declared("10.1.0.0/20"));
    });
    const plain = [
      "aws",
      "storage",
      "network",
      "security",
      "entry",
      "notify",
      "entry-alarms",
      "cluster",
      LONG,
    ];
    expect(below(all, "shop")).to.deep.equal(plain);
    const after = plain.map((part) => `a-platform-of-twenty-${part}`);
    expect(below(all, "a-platform-of-twenty")).to.deep.equal(after);
    for (const [type, most] of Object.entries(ROOM))
      for (const { name } of ofType(all, type)) expect(name).to.have.length.at.most(most);
    const urns = all.map(({ type, name }) => `${type} ${name}`);
    expect(new Set(urns).size).to.equal(urns.length);
  });

  it("lets every part be reached, and changed, from outside (row 99)", async () => {
    await shop(() => {
      const made = new Platform("shop", declared("10.0.0.0/20"));
      expect(made).to.include.keys("network", "security", "loadBalancer", "storage", "topics", "entryAlarms");
      expect(made.services[LONG]!.target.group).to.be.instanceOf(aws.lb.TargetGroup);
      expect(made.cluster!.cluster).to.be.instanceOf(aws.ecs.Cluster);
    });
  });

  it("makes in turns what it makes at once, each service once the one before it is registered", async () => {
    const two = {
      cart: { ...service, deploy: { paths: ["/cart/*"] } },
      pay: { ...service, deploy: { paths: ["/pay/*"] } },
    };
    const made = async (make: () => unknown) => {
      const registered = new Set<string>();
      let before: readonly string[] = [];
      const all = await shop(() => {
        pulumi.runtime.registerStackTransformation(({ resource, name }) => {
          if (name === "pay") before = [...registered];
          // Its URN is there once its constructor ends, and has a value once the engine has answered.
          queueMicrotask(() => resource.urn.apply(() => void registered.add(name)));
          return undefined;
        });
        return make();
      });
      const sorted = all.toSorted((a, b) => (a.type + a.name < b.type + b.name ? -1 : 1));
      return { before, sorted };
    };
    const atOnce = await made(() => new Platform("shop", declared("10.0.0.0/20", two)));
    const inTurns = await made(async () => {
      const { services } = await Platform.create("shop", declared("10.0.0.0/20", two));
      expect(services).to.have.keys("cart", "pay");
    });
    expect(inTurns.sorted).to.deep.equal(atOnce.sorted);
    expect(atOnce.before).to.deep.equal([]);
    expect(inTurns.before).to.include.members([
      "network-vpc",
      "cart",
      "cart-ecs-service",
      "cart-observability",
    ]);
  });

  it("in turns, too, passes on what goes wrong in a service", async () => {
    const wrong = async () => {
      pulumi.runtime.registerStackTransformation(({ name }) => {
        if (name === `${LONG}-ecs`) throw new Error("not this one");
        return undefined;
      });
      const error = await Platform.create("shop", declared("10.0.0.0/20")).catch((thrown: unknown) => thrown);
      expect(error).to.have.property("message", "not this one");
    };
    await shop(wrong);
  });

  it("uses the provider that it is given, and makes none", async () => {
    const all = await shop(() => {
      const given = new aws.Provider("theirs", { region: "eu-west-1" });
      new Platform("shop", declared("10.0.0.0/20"), { providers: { aws: given } });
    });
    expect(ofType(all, "pulumi:providers:aws").map(({ name }) => name)).to.deep.equal(["theirs"]);
  });

  it("refuses a name that resources could not begin with, and two services on one path, before anything", async () => {
    const refused = async (make: () => unknown) => {
      const asked: string[] = [];
      const watched = () => {
        pulumi.runtime.registerStackTransformation(({ name }) => {
          asked.push(name);
          return undefined;
        });
        return make();
      };
      const error = await shop(watched).then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      expect(asked).to.deep.equal([]);
      return error?.message;
    };
    expect(await refused(() => new Platform("Blue_Platform", declared("10.0.0.0/20")))).to.equal(
      'Blue_Platform: name is "Blue_Platform"; names of resources begin with it: 2 to 20 lower-case letters, digits and -, beginning with a letter, not ending in -. Rename it.',
    );
    const both = { cart: service, pay: service };
    for (const make of [
      () => new Platform("shop", declared("10.0.0.0/20", both)),
      () => Platform.create("shop", declared("10.0.0.0/20", both)),
    ])
      expect(await refused(make)).to.match(/^services\.pay\.deploy: paths hold \/\*, as those of cart do/);
  });

  it("refuses a name that AWS keeps to itself where it would reach AWS, and takes it where it would not", async () => {
    const services = { "aws-x": { ...service, compute: { type: "ec2", instanceType: "m5.large" } } };
    const made = (name: string) => shop(() => new Platform(name, declared("10.0.0.0/20", services)));
    const refusal = (name: string) =>
      made(name).then(
        () => "",
        ({ message }: Error) => message,
      );
    expect(await refusal("shop")).to.match(/^services\.aws-x: the name is aws-x; Systems Manager/);
    expect(await refusal("aws-shop")).to.match(/^aws-shop: name is "aws-shop".* Systems Manager/);
    const documents = ofType(await made("blue"), "aws:ssm/document:Document").map(({ name }) => name);
    expect(documents).to.have.length(1);
    expect(documents[0]).to.match(/^blue-aws-x-/);
  });
});

/** Pulumi adds 8 characters (NAM-1, NAM-6). */
const ROOM = {
  "aws:lb/targetGroup:TargetGroup": 24,
  "aws:lb/loadBalancer:LoadBalancer": 24,
  "aws:iam/role:Role": 56,
  "aws:cloudwatch/metricAlarm:MetricAlarm": 247,
};

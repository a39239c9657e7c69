import { expect } from "chai";
import { type Registration, registrations } from "../../adapters/offline-preview.ts";
import { asked, ofType } from "../support/deploy.ts";

/** Two places for one project's stacks. */
const EUROPE = { region: "eu-west-1", account: "111111111111", letters: "abc" };
const AMERICA = { region: "us-east-1", account: "222222222222", letters: "bdf" };

type Where = typeof EUROPE;

const slos = [{ name: "latency", threshold: "1 s", objective: "99 %", window: "28 d" }];
const capacity = {
  serviceTime: { mean: "200 ms", cv: 0.7 },
  concurrency: 2,
  maxWait: "5 s",
  startup: "75 s",
};
const common = { slos, capacity, demand: { peak: "100 /s" }, bounds: { min: 2, max: 60 } };

const services = ({ region, account }: Where) => ({
  cart: {
    ...common,
    compute: { type: "fargate", cpu: 512, memory: 1024 },
    deploy: {
      image: `${account}.dkr.ecr.${region}.amazonaws.com/cart:1.2`,
      paths: ["/cart/*"],
      secrets: { DB: `arn:aws:secretsmanager:${region}:${account}:secret:db-AbCdEf` },
      storage: { tables: { carts: "readWrite" }, buckets: { images: "read" } },
    },
  },
  web: {
    ...common,
    compute: { type: "ec2", instanceType: "m5.large" },
    deploy: {
      image: `${account}.dkr.ecr.${region}.amazonaws.com/web:1.2`,
      instances: { warmPool: { size: 1 } },
    },
  },
});

const deployment = ({ region, account, letters }: Where) => ({
  account: { id: account, role: `arn:aws:iam::${account}:role/deploy` },
  network: { cidr: "10.0.0.0/16", zones: [...letters].map((letter) => `${region}${letter}`) },
  entry: { certificateArn: `arn:aws:acm:${region}:${account}:certificate/0123` },
  storage: { tables: { carts: { hashKey: "cartId" } }, buckets: { images: {} } },
  notify: { page: ["https://hooks.example.com/page"], ticket: ["team@example.com"] },
});

let runs = 0;

/** The stack as it is in one place. */
function stackIn(where: Where, stack: string): Promise<readonly Registration[]> {
  const config = {
    "aws:region": where.region,
    "setpoint:services": JSON.stringify(services(where)),
    "setpoint:deployment": JSON.stringify(deployment(where)),
  };
  const index = new URL(`../../index.ts?regions=${runs++}`, import.meta.url).href;
  return registrations(() => import(index), { project: "setpoint", stack, config, secrets: [] });
}

describe("two stacks of one project, in two regions and two accounts", () => {
  let europe: readonly Registration[];
  let america: readonly Registration[];
  before(async () => {
    europe = await stackIn(EUROPE, "prod-eu");
    america = await stackIn(AMERICA, "prod-us");
  });

  it("are held to their account, by the role that they name there (row 89)", () => {
    for (const [registered, { region, account }] of [
      [europe, EUROPE],
      [america, AMERICA],
    ] as const) {
      const [provider, ...others] = ofType(registered, "pulumi:providers:aws");
      expect(others).to.deep.equal([]);
      expect(provider!.inputs.region).to.equal(region);
      expect(JSON.parse(String(provider!.inputs.allowedAccountIds))).to.deep.equal([account]);
      expect(JSON.parse(String(provider!.inputs.assumeRoles))).to.deep.equal([
        { roleArn: `arn:aws:iam::${account}:role/deploy`, sessionName: "setpoint" },
      ]);
    }
  });

  it("lie in their own zones (row 89)", () => {
    const zones = (registered: readonly Registration[]) =>
      new Set(ofType(registered, "aws:ec2/subnet:Subnet").map(({ inputs }) => inputs.availabilityZone));
    expect([...zones(europe)]).to.deep.equal(["eu-west-1a", "eu-west-1b", "eu-west-1c"]);
    expect([...zones(america)]).to.deep.equal(["us-east-1b", "us-east-1d", "us-east-1f"]);
  });

  it("name nothing of each other's place, in any input of any resource (row 89)", () => {
    const naming = (registered: readonly Registration[], { region, account }: Where) =>
      registered.filter(({ name, inputs }) => {
        const text = name + JSON.stringify(inputs) + decoded(inputs.userData);
        return text.includes(region) || text.includes(account);
      });
    expect(naming(america, EUROPE).map(({ name }) => name)).to.deep.equal([]);
    expect(naming(europe, AMERICA).map(({ name }) => name)).to.deep.equal([]);
    expect(naming(america, AMERICA)).to.have.length.above(20); // so that the search can find
    expect(decoded(asked(america, "web-web-template").userData)).to.include("us-east-1");
  });

  it("ask for the same, place by place, but for their names and places (row 89)", () => {
    const placeless = (registered: readonly Registration[], { region, account, letters }: Where) =>
      registered.map((each) => {
        const text = JSON.stringify({
          ...each,
          inputs: { ...each.inputs, userData: decoded(each.inputs.userData) },
        });
        const zoned = [...letters].reduce(
          (all, letter, i) => all.replaceAll(`${region}${letter}`, `ZONE-${i}`),
          text,
        );
        return zoned
          .replaceAll(region, "REGION")
          .replaceAll(account, "ACCOUNT")
          .replaceAll(/prod-(eu|us)/g, "STACK");
      });
    const [here, there] = [placeless(europe, EUROPE), placeless(america, AMERICA)];
    expect(there.length).to.equal(here.length);
    there.forEach((each, i) => {
      if (!/CidrBlock|cidrBlock/.test(each)) expect(each).to.equal(here[i]);
    });
  });
});

/** User data as a shell reads it. */
function decoded(userData: unknown): string {
  return typeof userData === "string" ? Buffer.from(userData, "base64").toString() : "";
}

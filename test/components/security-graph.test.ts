import { expect } from "chai";
import { type Registration, registrations } from "../../adapters/offline-preview.ts";
import { later, ofType } from "../support/deploy.ts";

const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const RULES = [INGRESS, EGRESS];

const service = {
  slos: [{ name: "latency", threshold: "1 s", objective: "99 %", window: "28 d" }],
  capacity: { serviceTime: { mean: "200 ms", cv: 0.7 }, concurrency: 2, maxWait: "5 s", startup: "75 s" },
  demand: { peak: "100 /s" },
  bounds: { min: 2, max: 60 },
};
const services = {
  cart: { ...service, compute: { type: "fargate", cpu: 512, memory: 1024 }, deploy: { paths: ["/cart"] } },
  web: { ...service, compute: { type: "ec2", instanceType: "t3.small" } },
};
const network = { cidr: "10.0.0.0/16", zones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"] };
const notify = { page: ["on-call@example.com"] };
const ENTRIES = {
  dev: { insecure: true },
  prod: { certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/0123" },
};

/** The whole program, with tasks and instances, in one of the profiles. */
function stackOf(profile: keyof typeof ENTRIES): Promise<readonly Registration[]> {
  const config = {
    "aws:region": "eu-west-1",
    "setpoint:services": JSON.stringify(services),
    "setpoint:deployment": JSON.stringify({ profile, network, notify, entry: ENTRIES[profile] }),
  };
  const index = new URL(`../../index.ts?groups=${profile}`, import.meta.url).href;
  return registrations(() => import(index), { project: "setpoint", stack: profile, config, secrets: [] });
}

for (const stack of ["dev", "prod"] as const)
  describe(`the security groups of the ${stack} stack`, () => {
    let registered: readonly Registration[];
    let groups: readonly Registration[];
    let rules: readonly Registration[];
    before(async () => {
      registered = await stackOf(stack);
      groups = ofType(registered, GROUP);
      rules = RULES.flatMap((type) => ofType(registered, type));
    });

    it("are none of them an orphan: something is in each, and each has a rule (CKV2_AWS_5)", () => {
      expect(groups).to.have.length(4);
      for (const { name } of groups) {
        const id = later(`${name}.id`);
        const members = registered.filter(
          ({ type, inputs }) => !RULES.includes(type) && mentions(inputs, id),
        );
        expect(members, name).to.have.length.above(0);
        expect(
          rules.filter(({ inputs }) => inputs.securityGroupId === id),
          name,
        ).to.have.length.above(0);
      }
    });

    it("hold no rule of their own, which would fight those that stand alone", () => {
      for (const { inputs } of groups) expect(inputs).to.not.have.any.keys("ingress", "egress");
      expect(rules).to.have.length.above(10);
    });

    it("NET-20: are described in AWS's alphabet, as every rule of theirs is, and unnamed (CKV_AWS_23)", () => {
      for (const { name, inputs } of [...groups, ...rules]) {
        expect(inputs.description, name).to.match(/^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/);
        expect(inputs, name).to.not.have.any.keys("name", "namePrefix");
      }
    });

    it("NET-17: let whole blocks in on the listeners and on HTTPS alone, by IPv4 and TCP (EC2.13, EC2.14, EC2.18, EC2.19, EC2.53, EC2.54)", () => {
      const open = ofType(registered, INGRESS).filter(({ inputs }) => "cidrIpv4" in inputs);
      expect(new Set(open.map(({ inputs }) => inputs.fromPort))).to.deep.equal(new Set([80, 443]));
      for (const { name, inputs } of rules) {
        expect(inputs.ipProtocol, name).to.equal("tcp");
        expect(inputs.fromPort, name).to.equal(inputs.toPort).and.to.be.within(1, 65535);
        expect(inputs, name).to.not.have.property("cidrIpv6");
      }
      const world = open.filter(({ inputs }) => inputs.cidrIpv4 === "0.0.0.0/0");
      expect(new Set(world.map(({ inputs }) => inputs.securityGroupId))).to.deep.equal(
        new Set([later("security-balancer.id")]),
      );
    });

    it("NET-18: have at most 60 rules each way", () => {
      for (const type of RULES)
        for (const { name } of groups) {
          const own = ofType(registered, type).filter(
            ({ inputs }) => inputs.securityGroupId === later(`${name}.id`),
          );
          expect(own, name).to.have.length.within(0, 60);
        }
    });

    it("NET-19: are at most 5 on one interface", () => {
      const lists = registered.flatMap(({ inputs }) => groupLists(inputs));
      expect(lists).to.have.length.above(3);
      for (const list of lists) expect(list).to.have.length.within(1, 5);
    });
  });

function mentions(inputs: unknown, id: string): boolean {
  return JSON.stringify(inputs).includes(JSON.stringify(id));
}

/** Every list of security groups among a resource's inputs, however deep. */
function groupLists(inputs: unknown): readonly unknown[][] {
  if (inputs === null || typeof inputs !== "object") return [];
  return Object.entries(inputs).flatMap(([key, value]) =>
    /^(vpcS|s)ecurityGroup(s|Ids)$/.test(key) ? [value as unknown[]] : groupLists(value),
  );
}

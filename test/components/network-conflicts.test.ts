import { expect } from "chai";
import { DEFAULT_DEPLOYMENT } from "../../adapters/service-deployment.ts";
import { stackSettings } from "../../adapters/stack-settings.ts";
import { networkConflicts, networkWarnings } from "../../components/network-conflicts.ts";
import type { Tenant } from "../../components/tenant.ts";
import { CAPACITY } from "../support/deploy.ts";

const zones = ["eu-west-1a", "eu-west-1b"];
const certificateArn = "arn:aws:acm:eu-west-1:123456789012:certificate/0123";

function settings(network: object = {}, rest: object = { profile: "dev", entry: { insecure: true } }) {
  return stackSettings({ network: { cidr: "10.0.0.0/16", zones, ...network }, ...rest });
}

const notify = { page: ["on-call@example.com"] };
const prod = (network: object) => settings(network, { entry: { certificateArn }, notify });

function tenant(max: number, port = 8080): Tenant {
  return {
    service: { name: "cart", compute: { type: "fargate", cpu: 512, memory: 1024 }, capacity: CAPACITY },
    deployment: { ...DEFAULT_DEPLOYMENT, port },
    plan: { feasibility: { possible: true }, controls: { min: 1, max } },
  };
}

function faultsOf(network: object, tenants: readonly Tenant[], region = "eu-west-1"): string[] {
  return networkConflicts(settings(network), region, tenants).map(
    ({ where, message }) => `${where}: ${message}`,
  );
}

describe("networkConflicts", () => {
  it("NET-9: refuses more tasks than addresses, a deployment doubling them, and names the block that fits", () => {
    const small = { cidr: "10.0.0.0/22" }; // two private /26: 2 × (64 − 5) = 118
    expect(faultsOf(small, [tenant(59)])).to.deep.equal([]);
    expect(faultsOf(small, [tenant(50), tenant(10)])).to.deep.equal([
      "setpoint:deployment.network: cidr is 10.0.0.0/22; twice the most tasks need 120 private addresses, and it has 118. Take a /21 or wider, or lower bounds.max.",
    ]);
    expect(faultsOf({ cidr: "10.0.0.0/21" }, [tenant(60)])).to.deep.equal([]);
    expect(faultsOf({ ...small, endpoints: ["kms"] }, [tenant(59)]).join()).to.match(/has 116\. Take a \/21/);
    expect(faultsOf({}, [tenant(4092)]).join()).to.match(/need 8184 .* has 8182\. Add a zone, or lower/);
  });

  it("refuses a reserve that is planned for other zones than the network has", () => {
    const reserving = (zones: number) => {
      const { service, ...rest } = tenant(10);
      return { ...rest, service: { ...service, resilience: { zones, survive: 1 } } };
    };
    expect(faultsOf({}, [reserving(2)])).to.deep.equal([]);
    expect(faultsOf({}, [reserving(3)])).to.deep.equal([
      "services.cart.resilience.zones: zones is 3; the stack's network has 2 (eu-west-1a, eu-west-1b), and the service runs in all of them. Write 2, or change network.zones.",
    ]);
  });

  it("NET-9: counts the blocks that are declared, and names the mask that fits", () => {
    const blocks = (size: number) => ({
      subnets: {
        "eu-west-1a": { public: "10.0.8.0/24", private: `10.0.1.0/${size}` },
        "eu-west-1b": { public: "10.0.9.0/24", private: `10.0.2.0/${size}` },
        "eu-west-1c": { public: "10.0.10.0/24", private: `10.0.3.0/${size}` },
      },
      zones: [...zones, "eu-west-1c"],
    });
    expect(faultsOf(blocks(28), [tenant(200)])).to.deep.equal([
      "setpoint:deployment.network: cidr is 10.0.0.0/16; twice the most tasks need 400 private addresses, and it has 33. Make each private block a /24, or lower bounds.max.",
    ]);
    expect(faultsOf(blocks(24), [tenant(200)])).to.deep.equal([]);
  });

  it("NET-12: refuses zones of another region than the stack's", () => {
    expect(faultsOf({}, [], "us-east-1")).to.deep.equal([
      "setpoint:deployment.network: zones are eu-west-1a, eu-west-1b; aws:region is us-east-1. Name zones of us-east-1, such as us-east-1a.",
    ]);
  });

  it("STA-8: names the region to write where the stack's is of a partition that cannot carry it", () => {
    expect(faultsOf({}, [], "us-gov-west-1").join()).to.match(
      /^aws:region: region is us-gov-west-1; must be in a region of AWS's main partition: .*\. Write eu-west-1, as the zones say\.$/,
    );
  });

  it("NET-14: refuses a NAT instance where the stack is protected (CKV2_AWS_35)", () => {
    const faults = networkConflicts(prod({ nat: "instance" }), "eu-west-1", []);
    expect(faults.map(({ where }) => where)).to.deep.equal(["setpoint:deployment.network.nat"]);
    expect(networkConflicts(prod({}), "eu-west-1", [])).to.deep.equal([]);
  });

  it("refuses sources for another stack's balancer: that is open to whom its owner says", () => {
    const at = "arn:aws:elasticloadbalancing:eu-west-1:123456789012";
    const shared = {
      loadBalancerArn: `${at}:loadbalancer/app/entry/0123456789abcdef`,
      listenerArn: `${at}:listener/app/entry/0123456789abcdef/0123456789abcdef`,
      securityGroupId: "sg-01234567",
      network: { vpcId: "vpc-01234567", privateSubnetIds: ["subnet-01234567", "subnet-89abcdef"] },
      lane: 1,
    };
    const of = (network: object) =>
      networkConflicts(settings(network, { profile: "dev", entry: { shared } }), "eu-west-1", []);
    expect(of({})).to.deep.equal([]);
    expect(of({ allowFrom: ["203.0.113.0/24"] })).to.deep.equal([
      {
        where: "setpoint:deployment.network.allowFrom",
        message:
          "allowFrom is a list of 1; the stack that owns the balancer decides who may reach it. Set it there, and remove it here.",
      },
    ]);
  });

  it("NET-18: counts one listener where nothing redirects", () => {
    const once = { entry: { certificateArn, redirect: false }, notify };
    const list = { prefixList: "pl-0123456789abcdef0", maxEntries: 60 };
    expect(networkConflicts(settings({ allowFrom: [list] }, once), "eu-west-1", [])).to.deep.equal([]);
  });

  it("NET-18: refuses the 61st rule of the balancer's group, a prefix list counting its most entries", () => {
    const list = (maxEntries: number) => ({ prefixList: "pl-0123456789abcdef0", maxEntries });
    const of = (allowFrom: unknown[]) => networkConflicts(prod({ allowFrom }), "eu-west-1", []);
    expect(of([list(29), "203.0.113.0/24"])).to.deep.equal([]); // 30 on each of two listeners
    expect(of([list(30), "203.0.113.0/24"]).map(({ message }) => message)).to.deep.equal([
      "allowFrom takes 62 inbound rules, each source one for each of 2 listeners, and a prefix list its maxEntries; a group has 60. Join blocks, or name fewer.",
    ]);
    expect(faultsOf({ allowFrom: [list(60)] }, [])).to.deep.equal([]); // one listener, plain HTTP
    expect(faultsOf({ allowFrom: [list(61)] }, [])).to.have.length(1);
  });

  it("NET-18: refuses the 61st port behind one balancer", () => {
    const services = (count: number) => Array.from({ length: count }, (_, i) => tenant(1, 3000 + i));
    expect(faultsOf({}, [...services(60), tenant(1, 3000)])).to.deep.equal([]);
    expect(faultsOf({}, services(61))).to.deep.equal([
      "services: deploy.port takes 61 values, each an outbound rule of the balancer's group; it has 60. Let services listen on the same port: each has addresses of its own.",
    ]);
  });
});

describe("networkWarnings", () => {
  it("NET-5, NET-14: name Docker's block, and a NAT that all zones share", () => {
    expect(networkWarnings(prod({ cidr: "172.17.0.0/16", nat: "single" }))).to.deep.equal([
      "network.nat is single: the loss of eu-west-1a cuts every zone off the internet.",
      "network.cidr is 172.17.0.0/16: Docker's own bridge on instances uses 172.17.0.0/16.",
    ]);
    expect(networkWarnings(settings())).to.deep.equal([]);
  });

  it("NET-15: names the quota that a second stack of three zones exceeds", () => {
    expect(networkWarnings(prod({ zones: [...zones, "eu-west-1c"] }))).to.deep.equal([
      'network.nat is per-zone: 3 of the 5 Elastic IPs that a region has by default; a second such stack needs more (quota "EC2-VPC Elastic IPs", L-0263D0A3).',
    ]);
    expect(networkWarnings(prod({}))).to.deep.equal([]);
  });
});

import { expect } from "chai";
import { stackSettings } from "../../adapters/stack-settings.ts";

const network = { cidr: "10.0.0.0/16", zones: ["eu-west-1a", "eu-west-1b"] };

/** What a development stack with these settings of its network is refused for. */
function faultsOf(settings: object): string[] {
  try {
    stackSettings({ profile: "dev", network: { ...network, ...settings }, entry: { insecure: true } });
  } catch (error) {
    return (error as Error).message
      .split("\n")
      .map((line) => line.replace("setpoint:deployment.network", "network"));
  }
  return [];
}

/** Subnets of two zones, the second's as given. */
function subnets(second: object, first: object = {}) {
  return {
    "eu-west-1a": { public: "10.0.8.0/24", private: "10.0.1.0/24", ...first },
    "eu-west-1b": { public: "10.0.9.0/24", private: "10.0.2.0/24", ...second },
  };
}

const OTHER_PARTITION =
  "must be in a region of AWS's main partition: others (China, GovCloud, sovereign and secret regions) lack services that a stack is made of, have endpoints of their own, or prices that are not known. Write one such as eu-west-1a.";

describe("a network's settings", () => {
  const refused: Record<string, [settings: object, says: string]> = {
    "NET-1 too wide": [
      { cidr: "10.0.0.0/8" },
      'network.cidr: cidr is "10.0.0.0/8"; must be /16 to /28. Write one such as 10.0.0.0/16.',
    ],
    "NET-1 too narrow": [
      { cidr: "10.0.0.0/29" },
      'network.cidr: cidr is "10.0.0.0/29"; must be /16 to /28. Write one such as 10.0.0.0/16.',
    ],
    "NET-1 a subnet": [
      { subnets: subnets({ private: "10.0.2.0/29" }) },
      'network.subnets.eu-west-1b.private: private is "10.0.2.0/29"; must be /16 to /28. Write one such as 10.0.0.0/16.',
    ],
    "NET-2 host bits": [
      { cidr: "10.0.0.5/16" },
      'network.cidr: cidr is "10.0.0.5/16"; must have no host bits. Write 10.0.0.0/16.',
    ],
    "NET-3 three octets": [
      { cidr: "10.0.0/16" },
      'network.cidr: cidr is "10.0.0/16"; must be an IPv4 CIDR block. Write one such as 10.0.0.0/16.',
    ],
    "NET-3 octet beyond 255": [
      { cidr: "10.0.0.256/24" },
      'network.cidr: cidr is "10.0.0.256/24"; must be an IPv4 CIDR block. Write one such as 10.0.0.0/16.',
    ],
    "NET-3 IPv6": [
      { cidr: "fd00::/56" },
      'network.cidr: cidr is "fd00::/56"; must be an IPv4 CIDR block. Write one such as 10.0.0.0/16.',
    ],
    "NET-3 an empty text": [
      { cidr: "" },
      'network.cidr: cidr is ""; must be an IPv4 CIDR block. Write one such as 10.0.0.0/16.',
    ],
    "NET-4 public space": [
      { cidr: "8.8.0.0/16" },
      "network.cidr: cidr is 8.8.0.0/16; it must be private space, or its hosts on the internet are out of reach. Take it from 10/8, 172.16/12, 192.168/16 or 100.64/10, or set allowPublicCidr: true.",
    ],
    "NET-6 a peer's block": [
      { reserved: ["10.9.0.0/16", "10.0.128.0/17"] },
      "network.cidr: cidr is 10.0.0.0/16; reserved[1] is 10.0.128.0/17, and both hold 10.0.128.0/17: no route can tell them apart. Take another block.",
    ],
    "NET-7 no room": [
      { cidr: "10.0.1.0/24" },
      "network.cidr: cidr is 10.0.1.0/24; subnets for up to 8 zones, the balancer's of /27 each, fit no block under /22. Write one such as 10.0.0.0/22, or name the subnets.",
    ],
    "NET-8 overlap": [
      { subnets: subnets({ private: "10.0.1.128/25" }) },
      "network.subnets.eu-west-1b.private: private is 10.0.1.128/25; subnets.eu-west-1a.private is 10.0.1.0/24, and they overlap. Move one.",
    ],
    "NET-8 outside": [
      { subnets: subnets({ private: "10.1.2.0/24" }) },
      "network.subnets.eu-west-1b.private: private is 10.1.2.0/24; the VPC is 10.0.0.0/16. Take a block inside.",
    ],
    "NET-10 a balancer's subnet": [
      { subnets: subnets({ public: "10.0.9.0/28" }) },
      "network.subnets.eu-west-1b.public: public is 10.0.9.0/28; a balancer's subnet is at least /27. Widen it.",
    ],
    "NET-11 one zone": [
      { zones: ["eu-west-1a"] },
      "network.zones: zones is a list of 1; must hold at least 2 zones: a balancer needs two. Add a zone such as eu-west-1b.",
    ],
    "NET-11 one zone twice": [
      { zones: ["eu-west-1a", "eu-west-1a"] },
      "network.zones: zones is a list of 2; must not repeat a zone. Name each once.",
    ],
    "NET-11 two regions": [
      { zones: ["eu-west-1a", "eu-west-2b"] },
      "network.zones: zones is a list of 2; must lie in one region. Name zones of aws:region only.",
    ],
    "NET-12 no such zone": [
      { zones: ["us-east-1a", "us-east-1z"] },
      'network.zones[1]: zones[1] is "us-east-1z"; must be a zone of its region. Write one of us-east-1a, us-east-1b, us-east-1c, us-east-1d, us-east-1e, us-east-1f.',
    ],
    "NET-12 a region of three": [
      { zones: ["eu-west-1a", "eu-west-1d"] },
      'network.zones[1]: zones[1] is "eu-west-1d"; must be a zone of its region. Write one of eu-west-1a, eu-west-1b, eu-west-1c.',
    ],
    "NET-12 a local zone": [
      { zones: ["us-west-2a", "us-west-2-lax-1a"] },
      'network.zones[1]: zones[1] is "us-west-2-lax-1a"; must be an availability zone. Write one such as eu-west-1a.',
    ],
    "STA-8 a region of China": [
      { zones: ["cn-north-1a", "cn-north-1b"] },
      `network.zones[0]: zones[0] is "cn-north-1a"; ${OTHER_PARTITION}`,
    ],
    "STA-8 a region of GovCloud": [
      { zones: ["us-gov-west-1a", "us-gov-west-1b"] },
      `network.zones[0]: zones[0] is "us-gov-west-1a"; ${OTHER_PARTITION}`,
    ],
    "STA-8 a region of a secret partition": [
      { zones: ["us-iso-east-1a", "us-iso-east-1b"] },
      `network.zones[0]: zones[0] is "us-iso-east-1a"; ${OTHER_PARTITION}`,
    ],
    "STA-8 a region of a sovereign partition": [
      { zones: ["eusc-de-east-1a", "eusc-de-east-1b"] },
      `network.zones[0]: zones[0] is "eusc-de-east-1a"; ${OTHER_PARTITION}`,
    ],
    "NET-12 a count": [
      { azs: 5 },
      "network.azs: `azs` is unknown; known here: cidr, zones, nat, endpoints, flowLogs, isolated, subnets, reserved, allowPublicCidr, allowFrom",
    ],
    "NET-13 all zones there are, which may be more tomorrow": [
      { zones: "all" },
      'network.zones: zones is "all"; must be a list of zones. Write one such as [eu-west-1a, eu-west-1b].',
    ],
    "NET-16 no way to ECR": [
      { nat: "none", endpoints: ["ecr.api", "ssm"] },
      "network.nat: nat is none; without NAT, tasks need the endpoints ecr.dkr, logs as well. Set network.endpoints: true, add them to its list, or set nat: single.",
    ],
    "NET-17 a rule of one's own": [
      { ingress: [{ from: "0.0.0.0/0", port: 22 }] },
      "network.ingress: `ingress` is unknown; known here: cidr, zones, nat, endpoints, flowLogs, isolated, subnets, reserved, allowPublicCidr, allowFrom",
    ],
    "NET-17 IPv6": [
      { allowFrom: ["::/0"] },
      'network.allowFrom[0]: allowFrom[0] is "::/0"; must be an IPv4 CIDR block. Write one such as 10.0.0.0/16.',
    ],
    "NET-17 nobody": [
      { allowFrom: [] },
      "network.allowFrom: allowFrom is an empty list; must name who may come in. Leave it out for everybody.",
    ],
    "NET-18 a prefix list of unknown size": [
      { allowFrom: [{ prefixList: "pl-0123456789abcdef0" }] },
      "network.allowFrom[0]: allowFrom[0] is a map; must be an IPv4 CIDR block or a prefix list. Write 203.0.113.0/24, or { prefixList: pl-…, maxEntries: 20 }.",
    ],
    "a source with host bits": [
      { allowFrom: ["203.0.113.9/24"] },
      'network.allowFrom[0]: allowFrom[0] is "203.0.113.9/24"; must have no host bits. Write 203.0.113.0/24.',
    ],
    "subnets without a zone": [
      { subnets: { ...subnets({}), "eu-west-1c": { public: "10.0.10.0/24", private: "10.0.3.0/24" } } },
      "network.subnets.eu-west-1c: eu-west-1c is none of zones, eu-west-1a, eu-west-1b. Add it there or remove it here.",
    ],
    "an isolated block too many": [
      { subnets: subnets({ isolated: "10.0.20.0/24" }) },
      "network.subnets.eu-west-1b.isolated: isolated is 10.0.20.0/24; network.isolated is false. Change one of the two.",
    ],
    "a tier misspelt": [
      { subnets: subnets({ isolatd: "10.0.20.0/24" }) },
      "network.subnets.eu-west-1b.isolatd: `isolatd` is unknown; did you mean `isolated`?",
    ],
    "an endpoint misspelt": [
      { endpoints: ["ecr.dkt"] },
      'network.endpoints[0]: endpoints[0] is "ecr.dkt"; must be a service with an endpoint; did you mean `ecr.dkr`?',
    ],
    "a gateway among the endpoints": [
      { endpoints: ["kms", "s3"] },
      'network.endpoints[1]: endpoints[1] is "s3"; must be no gateway: it is always there, and costs nothing. Remove it.',
    ],
    "an endpoint twice": [
      { endpoints: ["kms", "kms"] },
      'network.endpoints[1]: endpoints[1] is "kms"; must not repeat a service. Name each once.',
    ],
  };
  for (const [title, [settings, says]] of Object.entries(refused))
    it(`refuses ${title}`, () => {
      expect(faultsOf(settings)).to.deep.equal([says]);
    });

  it("STA-8: names a region of another partition once, beside every other fault", () => {
    const faults = faultsOf({ zones: ["cn-north-1a", "cn-north-1d"], cidr: "10.0.0.0/8", ingress: [] });
    expect(faults.map((fault) => fault.split(":")[0])).to.have.members([
      ...["network.cidr", "network.zones[0]", "network.ingress"],
    ]);
  });

  it("names every fault at once, of blocks that contradict each other too", () => {
    const faults = faultsOf({
      cidr: "9.0.0.0/20",
      reserved: ["9.0.0.0/8"],
      nat: "none",
      subnets: subnets({ public: "9.0.1.0/28" }, { public: "9.0.2.0/24", private: "9.0.2.0/24" }),
    });
    expect(faults.map((fault) => fault.split(":")[0])).to.deep.equal([
      ...["network.cidr", "network.cidr", "network.subnets.eu-west-1b.public"],
      ...["network.subnets.eu-west-1a.private", "network.subnets.eu-west-1b.private", "network.nat"],
    ]);
  });

  const accepted: Record<string, object> = {
    "NET-1 a /16 and, where subnets follow from it, a /22": { cidr: "10.4.4.0/22" },
    "NET-4 public space that is asked for": { cidr: "8.8.0.0/16", allowPublicCidr: true },
    "NET-4 carriers' space": { cidr: "100.64.0.0/16" },
    "NET-6 neighbours": { reserved: ["10.1.0.0/16", "192.168.0.0/24"] },
    "NET-7 a narrow block whose subnets are named": {
      cidr: "10.0.0.0/25",
      subnets: {
        "eu-west-1a": { public: "10.0.0.0/27", private: "10.0.0.64/28" },
        "eu-west-1b": { public: "10.0.0.32/27", private: "10.0.0.80/28" },
      },
    },
    "NET-12 a region of six": { zones: ["us-east-1a", "us-east-1f"] },
    "NET-16 no NAT, and every endpoint that tasks need": {
      nat: "none",
      endpoints: ["logs", "ecr.dkr", "ecr.api"],
    },
    "NET-18 a prefix list with its size": {
      allowFrom: ["203.0.113.0/24", { prefixList: "pl-0123456789abcdef0", maxEntries: 20 }],
    },
    "isolated subnets, named": {
      isolated: true,
      subnets: subnets({ isolated: "10.0.21.0/24" }, { isolated: "10.0.20.0/24" }),
    },
  };
  for (const [title, settings] of Object.entries(accepted))
    it(`accepts ${title}`, () => {
      expect(faultsOf(settings)).to.deep.equal([]);
    });
});

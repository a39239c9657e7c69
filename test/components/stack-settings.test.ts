import { expect } from "chai";
import { stackSettings } from "../../adapters/stack-settings.ts";

const certificateArn = "arn:aws:acm:eu-west-1:123456789012:certificate/0123-abcd";
const entry = { certificateArn };
const network = { cidr: "10.0.0.0/16", zones: ["eu-west-1a", "eu-west-1b"] };
const notify = { page: ["on-call@example.com"] };

function faultsOf(document: unknown): string[] {
  try {
    stackSettings(document);
  } catch (error) {
    return (error as Error).message.split("\n");
  }
  return [];
}

describe("stackSettings", () => {
  it("protect what is not said to be for development", () => {
    expect(stackSettings({ network, entry, notify })).to.deep.equal({
      profile: "prod",
      account: {},
      tags: {},
      network: { ...network, nat: "per-zone", endpoints: true, flowLogs: true },
      entry: {
        certificateArn,
        insecure: false,
        certificates: [],
        minimumTls: 1.2,
        redirect: true,
        waf: {
          managed: { common: "block", knownBadInputs: "block" },
          rateLimit: { requests: 2000, window: 300 },
          allow: [],
          block: [],
        },
      },
      storage: { buckets: {}, tables: {} },
      key: {},
      notify: { ...notify, ticket: notify.page },
      cluster: { execute: false },
      protect: true,
      customerKey: true,
      logRetention: 365,
      backup: { keep: 35, keepWeekly: 365, startWindow: 60 },
    });
  });

  it("reports every fault at once: where, the value, the rule and the way out", () => {
    const faults = faultsOf({
      network: { cidr: "10.0.0.5/16", zones: ["eu-west-1z"], nat: "one" },
      logRetention: 13,
      protect: "yes",
      entry: { certificatArn: certificateArn },
    });
    expect(faults).to.deep.equal([
      'setpoint:deployment.network.cidr: cidr is "10.0.0.5/16"; must have no host bits. Write 10.0.0.0/16.',
      'setpoint:deployment.network.zones[0]: zones[0] is "eu-west-1z"; must be a zone of its region. Write one of eu-west-1a, eu-west-1b, eu-west-1c.',
      "setpoint:deployment.network.zones: zones is a list of 1; must hold at least 2 zones: a balancer needs two. Add a zone such as eu-west-1b.",
      'setpoint:deployment.network.nat: nat is "one"; must be none, instance, single or per-zone. Write one of the four.',
      "setpoint:deployment.entry.certificatArn: `certificatArn` is unknown; did you mean `certificateArn`?",
      'setpoint:deployment.protect: protect is "yes"; must be true or false. Write one of the two.',
      "setpoint:deployment.logRetention: logRetention is 13; must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653 days. Write the nearest longer one.",
    ]);
  });

  it("LB-18, LB-19: refuses what cannot work together", () => {
    expect(faultsOf({ network }).join()).to.match(/certificateArn is missing; HTTPS needs it/);
    expect(faultsOf({ network, entry: { insecure: true } }).join()).to.match(
      /protect: true refuses plain HTTP/,
    );
    const elsewhere = certificateArn.replace("eu-west-1", "us-east-1");
    expect(faultsOf({ network, entry: { certificateArn: elsewhere } }).join()).to.match(
      /Issue one in eu-west-1, or name zones of us-east-1/,
    );
    expect(faultsOf({ network, entry: { insecure: true }, protect: false })).to.deep.equal([]);
  });
});

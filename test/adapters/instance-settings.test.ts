import { expect } from "chai";
import { DEFAULT_INSTANCES, instanceSchema } from "../../adapters/instance-settings.ts";
import { schemaFaults } from "../../adapters/schema-faults.ts";

function faultsOf(document: unknown): readonly string[] {
  const { error } = instanceSchema.safeParse(document, { reportInput: true });
  const at = (path: readonly PropertyKey[]) => path.join(".");
  return schemaFaults(instanceSchema, error?.issues ?? [], [], at).map(({ message }) => message);
}

describe("instanceSchema", () => {
  it("runs a group that is replaced without losing capacity, of services that say nothing", () => {
    expect(DEFAULT_INSTANCES).to.deep.equal({
      state: "running",
      single: false,
      hooks: {},
      refresh: { minHealthy: 1, maxHealthy: 1.1, rollback: true },
    });
  });

  it("reads units, days and images", () => {
    const read = instanceSchema.parse({
      restore: { from: "arn:aws:ec2:eu-west-1::image/ami-0123456789abcdef0" },
      types: ["T3.Small", "t3a.small"],
      spot: { share: "50 %", base: 2 },
      hooks: { launch: "10 min" },
      maxLifetime: "30 d",
      refresh: { minHealthy: "90 %", maxHealthy: "100 %", rollback: false },
      officeHours: {
        start: "Fri-Mon,Wed 8:00",
        stop: "daily 20:30",
        timezone: "America/Argentina/Buenos_Aires",
      },
    });
    expect(read).to.deep.include({
      image: { id: "ami-0123456789abcdef0", from: "restore" },
      types: ["t3.small", "t3a.small"],
      spot: { share: 0.5, base: 2 },
      hooks: { launch: 600 },
      maxLifetime: 2_592_000,
      refresh: { minHealthy: 0.9, maxHealthy: 1, rollback: false },
    });
    const { start, stop, timezone, evenInProd } = read.officeHours!;
    expect([start.weekdays, start.hours, start.minutes]).to.deep.equal([[0, 1, 3, 5, 6], [8], [0]]);
    expect([stop.weekdays, stop.hours, stop.minutes]).to.deep.equal([null, [20], [30]]);
    expect([timezone, evenInProd]).to.deep.equal(["America/Argentina/Buenos_Aires", false]);
  });

  const office = (more: object) => ({
    officeHours: { start: "Mon-Fri 08:00", stop: "Mon-Fri 20:00", ...more },
  });
  const refused: readonly [title: string, document: object, says: RegExp][] = [
    ["CMP-10: a misspelt type", { types: ["t3.smal"] }, /^types\[0\] is "t3\.smal"; .*t3\.small/],
    [
      "CMP-13: Spot of one type",
      { spot: { share: "50 %" } },
      /^spot is a map; takes at least 3 types.*CMP-13/,
    ],
    ["CMP-13: Spot of two", { types: ["t3a.small"], spot: { share: "50 %" } }, /at least 3 types/],
    ["a share of no Spot", { types: ["t3.small", "t3a.small"], spot: { share: "0 %" } }, /above 0 %/],
    ["CMP-21: a life of an hour", { maxLifetime: "1 h" }, /^maxLifetime is "1 h"; must be 1 d to 365 d/],
    ["CMP-21: a life without a unit", { maxLifetime: 3600 }, /it has no unit/],
    [
      "CMP-22: nothing to replace",
      { refresh: { maxHealthy: "100 %" } },
      /^maxHealthy is "100 %"; with minHealthy 100 %/,
    ],
    [
      "CMP-22: above 200 %",
      { refresh: { maxHealthy: "250 %" } },
      /^maxHealthy is "250 %"; must be 100 % to 200 %/,
    ],
    [
      "CMP-22: above 100 %",
      { refresh: { minHealthy: "101 %", maxHealthy: "150 %" } },
      /^minHealthy is .*0 % to 100 %/,
    ],
    [
      "CMP-22: too far apart",
      { refresh: { minHealthy: "50 %", maxHealthy: "200 %" } },
      /at most 100 % above/,
    ],
    ["CMP-23: IMDSv1", { httpTokens: "optional" }, /^httpTokens is .*must be required.*EC2\.8/],
    ["CMP-23: a hop into containers", { hopLimit: 2 }, /^hopLimit is 2; must be 1 \(AutoScaling\.4\)/],
    ["a hook of 3 hours", { hooks: { launch: "3 h" } }, /^launch is "3 h"; must be 30 s to 2 h/],
    ["an image of another form", { ami: "ami-123" }, /^ami is "ami-123"; must be ami- and 8 or 17/],
    [
      "a volume's recovery point",
      { restore: { from: "arn:aws:ec2:eu-west-1::snapshot/snap-0123456789abcdef0" } },
      /must be an instance's recovery point: of a volume \(a snapshot\) nothing boots/,
    ],
    [
      "two images",
      { ami: "ami-01234567", restore: { from: "ami-01234567" } },
      /^restore is a map; ami names/,
    ],
    [
      "an hour that is none",
      office({ start: "Mon-Fri 24:00" }),
      /^start is "Mon-Fri 24:00"; must be days and a time/,
    ],
    ["a day that is none", office({ start: "Mon-Foo 08:00" }), /must be days and a time/],
    ["a stop at the start", office({ stop: "Mon-Fri 08:00" }), /^stop is .*moment of start/],
    ["a zone that is none", office({ timezone: "Europe/Bonn" }), /^timezone is "Europe\/Bonn"; .*IANA/],
    ["a warm pool of none", { warmPool: { size: 0 } }, /^size is 0; must be at least 1/],
    [
      "a warm pool of several types",
      { types: ["t3.small"], warmPool: { size: 1 } },
      /^warmPool is a map; a group with/,
    ],
    [
      "a farewell from instances that return",
      { warmPool: { size: 1, reuse: true }, hooks: { terminate: "5 min" } },
      /^hooks is a map; terminate waits for an end/,
    ],
    [
      "a single one's lifetime",
      { single: true, maxLifetime: "2 d" },
      /^maxLifetime is .*single: true has no group/,
    ],
    ["a state between", { state: "paused" }, /^state is "paused"; must be running or stopped/],
    ["a misspelt key", { maxLifetim: "2 d" }, /did you mean `maxLifetime`/],
  ];
  for (const [title, document, says] of refused)
    it(`refuses ${title}`, () => {
      const faults = faultsOf(document);
      expect(faults).to.have.length(1);
      expect(faults[0]).to.match(says);
    });

  it("CMP-20: refuses secrets in the lines to run, and prints none of them", () => {
    const secrets = [
      "export AWS_KEY=AKIAIOSFODNN7EXAMPLE",
      "curl -u shop:hunter22 https://shop:hunter22@example.com/",
      "DB_PASSWORD='hunter22' ./migrate",
      "echo '-----BEGIN PRIVATE KEY-----' > key",
    ];
    for (const setup of secrets) {
      const [fault, ...others] = faultsOf({ setup });
      expect(fault, setup).to.match(/^setup is "\(hidden\)"; holds what looks like a secret.*CMP-20/);
      expect(others).to.deep.equal([]);
    }
    const harmless = [
      "DB_PASSWORD=$(aws secretsmanager get-secret-value --secret-id db --query SecretString --output text)",
      "dnf install --assumeyes amazon-cloudwatch-agent\nsystemctl enable --now amazon-cloudwatch-agent",
      "/opt/aws/amazon-cloudwatch-agent/bin/agent64 -a fetch-config",
      'PASSWORD="$DB_PASSWORD" ./migrate',
    ];
    for (const setup of harmless) expect(faultsOf({ setup }), setup).to.deep.equal([]);
  });
});

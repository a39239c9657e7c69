import { expect } from "chai";
import { isArm } from "../../adapters/launch-types.ts";
import { stackSettings } from "../../adapters/stack-settings.ts";

const base = {
  network: { cidr: "10.0.0.0/16", zones: ["eu-west-1a", "eu-west-1b"] },
  entry: { certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/0123" },
  notify: { page: ["on-call@example.com"] },
};

function faultsOf(cluster: unknown): string[] {
  try {
    stackSettings({ ...base, cluster });
  } catch (error) {
    return (error as Error).message
      .split("\n")
      .map((line) => line.replace("setpoint:deployment.cluster", ""));
  }
  return [];
}

const instances = (change: object) =>
  faultsOf({ instances: { instanceTypes: ["m7g.large"], max: 10, ...change } });

describe("a cluster's settings", () => {
  it("have no instances and, in prod, no shells unless declared (row 12)", () => {
    expect(stackSettings(base).cluster).to.deep.equal({ execute: false });
    const dev = { ...base, profile: "dev", entry: { insecure: true } };
    expect(stackSettings(dev).cluster).to.deep.equal({ execute: true });
    expect(stackSettings({ ...dev, cluster: { execute: false } }).cluster).to.deep.equal({ execute: false });
  });

  it("fill in what AWS would take for instances (row 35)", () => {
    const declared = { instances: { instanceTypes: ["M7G.large"], max: 10, targetCapacity: "80 %" } };
    expect(stackSettings({ ...base, cluster: declared }).cluster.instances).to.deep.equal({
      ...{ instanceTypes: ["m7g.large"], min: 0, max: 10, targetCapacity: 0.8 },
      ...{ minStep: 1, maxStep: 10, warmup: 300 },
    });
  });

  it("CMP-16: refuse capacities, steps and warm-ups that CreateCapacityProvider does not take", () => {
    const wrong = [
      { targetCapacity: "0 %" },
      { targetCapacity: "101 %" },
      { targetCapacity: 80 },
      { minStep: 0 },
      { maxStep: 10_001 },
      { minStep: 5, maxStep: 4 },
      { warmup: "10001 s" },
      { min: 11 },
      { max: 0 },
    ];
    for (const change of wrong) expect(instances(change), JSON.stringify(change)).to.have.length(1);
    expect(instances({ targetCapacity: "1 %", minStep: 4, maxStep: 4, warmup: "10000 s" })).to.deep.equal([]);
  });

  it("CMP-17: have no way to end instances without protection, or to scale them by hand", () => {
    const found = instances({
      managedScaling: false,
      managedTerminationProtection: true,
      protectFromScaleIn: false,
    });
    expect(found.map((fault) => /`(\w+)` is unknown/.exec(fault)?.[1])).to.deep.equal([
      "managedScaling",
      "managedTerminationProtection",
      "protectFromScaleIn",
    ]);
  });

  it("CMP-10, CMP-11: refuse unknown types, and types of two architectures", () => {
    expect(instances({ instanceTypes: ["m7g.lrge"] }).join()).to.match(/instanceTypes\[0\] is "m7g\.lrge"/);
    expect(instances({ instanceTypes: [] })).to.have.length(1);
    expect(instances({ instanceTypes: ["m7g.large", "m7i.large"] }).join()).to.match(/one architecture/);
    expect(["a1.large", "t4g.small", "c7gn.large", "g5.xlarge", "m7i.large"].map(isArm)).to.deep.equal([
      ...[true, true, true, false, false],
    ]);
  });
});

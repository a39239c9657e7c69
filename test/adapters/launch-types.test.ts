import { expect } from "chai";
import { DEFAULT_INSTANCES } from "../../adapters/instance-settings.ts";
import { differences, isArm, launchTypes } from "../../adapters/launch-types.ts";
import { pricedTypes } from "../../adapters/prices.ts";
import { defaultCredits } from "../../policy/credits.ts";
import { resourcesOf } from "../../policy/instance-types.ts";

const compute = (instanceType: string) => {
  const credits = defaultCredits(instanceType);
  return { type: "ec2", instanceType, ...(credits === undefined ? {} : { credits }) } as const;
};
const inProd = (instanceType: string) => launchTypes(compute(instanceType), DEFAULT_INSTANCES, "prod");

describe("launchTypes", () => {
  it("AutoScaling.6: production launches two equals of a type beside it, newer ones first; development one type", () => {
    expect(inProd("m5.large")).to.deep.equal(["m5.large", "m6i.large", "m7i.large"]);
    expect(inProd("t3.small")).to.deep.equal(["t3.small", "t3a.small"]);
    expect(launchTypes(compute("m5.large"), DEFAULT_INSTANCES, "dev")).to.deep.equal(["m5.large"]);
  });

  it("derives only types that are equal in all that the plan counts on", () => {
    for (const type of pricedTypes())
      for (const other of inProd(type)) {
        expect(resourcesOf(compute(other)), `${other} for ${type}`).to.deep.equal(resourcesOf(compute(type)));
        expect(isArm(other)).to.equal(isArm(type));
      }
  });

  it("EC2.24: knows no family that is paravirtual", () => {
    const families = new Set(pricedTypes().map((type) => type.split(".")[0]!));
    // Amazon EC2 user guide, "Linux AMI virtualization types": PV is of these alone.
    for (const family of ["c1", "c3", "hs1", "m1", "m2", "m3", "t1"]) expect(families).to.not.include(family);
  });

  it("takes no T3 for a T2 by itself: one starts with credits and one without", () => {
    expect(inProd("t2.large")).to.deep.equal(["t2.large"]);
    expect(
      differences(compute("t2.large"), { ...compute("t2.large"), instanceType: "t3.large" }),
    ).to.deep.equal(["CPU credits at the launch"]);
  });

  it("takes the types that are named, each once, and none beside a warm pool or of a single instance", () => {
    const types = ["t3.large", "t2.large"];
    expect(launchTypes(compute("t2.large"), { ...DEFAULT_INSTANCES, types }, "dev")).to.deep.equal([
      "t2.large",
      "t3.large",
    ]);
    const warmPool = { size: 1, state: "stopped", reuse: false } as const;
    for (const more of [{ warmPool }, { single: true }])
      expect(launchTypes(compute("m5.large"), { ...DEFAULT_INSTANCES, ...more }, "prod")).to.have.length(1);
  });
});

import { expect } from "chai";
import { hourlyPrice } from "../../adapters/prices.ts";

const instance = (instanceType: string) => hourlyPrice({ type: "ec2", instanceType });

describe("hourlyPrice", () => {
  // SCL-9's figure: 36.04 USD a month of 730 h for two tasks of 0.5 vCPU and 1 GB.
  it("adds a Fargate task's vCPU and memory", () => {
    expect(2 * 730 * hourlyPrice({ type: "fargate", cpu: 512, memory: 1024 })).to.be.closeTo(36.04, 0.005);
  });

  it("knows AWS's list prices", () => {
    const listed = {
      "t2.nano": 0.0058,
      "t2.micro": 0.0116,
      "t2.small": 0.023,
      "t2.large": 0.0928,
      "t3.small": 0.0208,
      "t4g.small": 0.0168,
      "m5.4xlarge": 0.768,
      "c5.9xlarge": 1.53,
      "c7g.medium": 0.03625,
      "m7g.4xlarge": 0.6528,
    };
    for (const [type, price] of Object.entries(listed))
      expect(instance(type), type).to.be.closeTo(price, 1e-9);
  });

  it("CMP-10 refuses an instance type whose price is not known, naming near ones", () => {
    expect(() => instance("t2.smal")).to.throw(/known of t2: .*t2\.small/);
    expect(() => instance("x9.large")).to.throw(/known families: t2, t3/);
    expect(() => instance("constructor")).to.throw(/no price is known/);
  });
});

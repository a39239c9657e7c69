import { expect } from "chai";
import { hourlyPrice, isPriced } from "../../adapters/prices.ts";
import { resourcesOf } from "../../policy/instance-types.ts";

const instance = (instanceType: string) => hourlyPrice({ type: "ec2", instanceType });

describe("hourlyPrice", () => {
  // SCL-9's figure: 36.04 USD a month of 730 h for two tasks of 0.5 vCPU and 1 GB.
  it("adds a Fargate task's vCPU and memory", () => {
    expect(2 * 730 * hourlyPrice({ type: "fargate", cpu: 512, memory: 1024 })).to.be.closeTo(36.04, 0.005);
  });

  // 20 % less than x86 (AWS); for Windows a vCPU with its licence is 0.092552 USD an hour.
  it("takes Fargate's price for Arm and for Windows", () => {
    const of = (cpuArchitecture: "x86_64" | "arm64", operatingSystem: "LINUX" | "WINDOWS_SERVER_2022_CORE") =>
      hourlyPrice({ type: "fargate", cpu: 2048, memory: 8192 }, { cpuArchitecture, operatingSystem });
    expect(of("x86_64", "LINUX")).to.be.closeTo(0.11652, 1e-9);
    expect(of("arm64", "LINUX")).to.be.closeTo(0.09324, 1e-9);
    expect(of("x86_64", "WINDOWS_SERVER_2022_CORE")).to.be.closeTo(0.225998, 1e-9);
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
      "c7g.medium": 0.0363,
      "t2.2xlarge": 0.3712,
      "t3a.xlarge": 0.1504,
      "t4g.nano": 0.0042,
      "m6i.2xlarge": 0.384,
      "m6g.medium": 0.0385,
      "m6g.xlarge": 0.154,
      "m7i.2xlarge": 0.4032,
      "c6i.xlarge": 0.17,
      "c6g.2xlarge": 0.272,
      "c7i.2xlarge": 0.357,
      "m7g.4xlarge": 0.6528,
    };
    for (const [type, price] of Object.entries(listed))
      expect(instance(type), type).to.be.closeTo(price, 1e-9);
  });

  it("knows the vCPUs and the memory of every type it has a price for", () => {
    const families = "t2 t3 t3a t4g m5 m5a m6i m6a m6g m7i m7g c5 c5a c6i c6a c6g c7i c7g r5 r5a r6i".split(
      " ",
    );
    const sizes =
      "nano micro small medium large xlarge 2xlarge 4xlarge 8xlarge 9xlarge 12xlarge 16xlarge 18xlarge 24xlarge";
    const types = families.flatMap((family) => sizes.split(" ").map((size) => `${family}.${size}`));
    const priced = types.filter(isPriced);
    expect(priced).to.have.length.above(150);
    const unknown = priced.filter((instanceType) => resourcesOf({ type: "ec2", instanceType }) === undefined);
    expect(unknown).to.deep.equal([]);
  });

  it("CMP-10 refuses an instance type whose price is not known, naming near ones", () => {
    expect(() => instance("t2.smal")).to.throw(/known of t2: .*t2\.small/);
    expect(() => instance("x9.large")).to.throw(/known families: t2, t3/);
    expect(() => instance("constructor")).to.throw(/no price is known/);
  });
});

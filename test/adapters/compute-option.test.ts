import { expect } from "chai";
import { computeOptions } from "../../adapters/compute-option.ts";

function refused(...texts: readonly string[]): readonly string[] {
  try {
    computeOptions(texts);
  } catch (error) {
    return (error as Error).message.split("\n");
  }
  throw new Error("nothing was refused");
}

describe("computeOptions", () => {
  it("reads each kind, with its price", () => {
    const options = computeOptions([
      "fargate:512/1024",
      "ecs:m7i.large",
      "ec2:t2.small",
      "ec2:t2.small/unlimited",
    ]);
    expect(options.map(({ kind }) => kind)).to.deep.equal(["fargate", "ecs", "ec2", "ec2"]);
    expect(options[0]!.compute).to.deep.equal({ type: "fargate", cpu: 512, memory: 1024 });
    expect(options[0]!.price).to.be.closeTo(0.04048 / 2 + 0.004445, 1e-12);
    expect(options[2]!.compute).to.include({ instanceType: "t2.small", credits: "standard" }); // as a declaration has it
    expect(options[3]!.compute).to.include({ instanceType: "t2.small", credits: "unlimited" });
  });

  it("CMP-1 refuses a pair that Fargate has not, with the nearest and their prices", () => {
    expect(refused("fargate:256/4096")[0]).to.match(
      /--with fargate:256\/4096: memory is .*Nearest pairs: .*USD\/h/,
    );
    expect(refused("fargate:300/1024")[0]).to.include("256, 512, 1024");
  });

  it("CMP-10 refuses an instance type that is not known, and lowers upper case", () => {
    expect(refused("ec2:t2.smal")[0]).to.include("known of t2").and.include("t2.small");
    expect(refused("ecs:t9.small")[0]).to.include("known families");
    expect(computeOptions(["ec2:T2.Small"])[0]!.compute).to.include({ instanceType: "t2.small" });
  });

  it("refuses credits where there are none, and tasks that would share them", () => {
    expect(refused("ec2:m5.large/unlimited")[0]).to.include("has no CPU credits");
    expect(refused("ecs:t3.large")[0]).to.include("share").and.include("ec2:t3.large");
  });

  it("names every fault at once, and what would be right", () => {
    const texts = ["fargte:512/1024", "fargate:512", "ec2:", "ecs:m7i.large/x", "t2.small", "ec2:a:b"];
    const lines = refused(...texts);
    expect(lines).to.have.lengthOf(texts.length);
    lines.forEach((line, i) => {
      expect(line).to.include(`--with ${texts[i]}`).and.include("fargate:512/1024");
    });
    expect(lines[0]).to.include("Did you mean `fargate`?");
  });
});

import { expect } from "chai";
import { tagsSchema, tagWarnings } from "../../adapters/tag-settings.ts";

const faults = (tags: unknown) =>
  tagsSchema.safeParse(tags).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

describe("tagsSchema", () => {
  it("takes what AWS takes, in any script", () => {
    expect(faults({ team: "shop", "cost center": "Größe 4/7", "a:b": "x=y+z-1@home" })).to.deep.equal([]);
    expect(faults({ [`k${"e".repeat(127)}`]: "v".repeat(256) })).to.deep.equal([]);
  });

  it("NAM-11: counts its own tags among AWS's 50", () => {
    const tags = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`t${i}`, ""]));
    expect(faults(tags(43))).to.deep.equal([]);
    expect(faults(tags(44))).to.deep.equal([
      ": must be at most 43: AWS takes 50, and 7 are ours. Remove some",
    ]);
  });

  it("NAM-12: refuses reserved prefixes, long keys and values, and characters that AWS does not take", () => {
    expect(faults({ "aws:cost": "1" }).join()).to.match(/^aws:cost: must not start with aws:/);
    expect(faults({ "AWS:cost": "1" })).to.have.length(1);
    expect(faults({ ["k".repeat(129)]: "1" }).join()).to.match(/1 to 128 characters/);
    expect(faults({ "": "1" }).join()).to.match(/1 to 128 characters/);
    expect(faults({ team: "v".repeat(257) }).join()).to.match(/at most 256/);
    expect(faults({ team: "<b>" }).join()).to.match(/letters, digits, spaces/);
    expect(faults({ "<b>": "" }).join()).to.match(/key of letters, digits, spaces/);
    expect(faults({ "setpoint:stack": "mine" }).join()).to.match(/Setpoint sets itself/);
    expect(faults({ "setpoint:logs": "mine" }).join()).to.match(/Setpoint sets itself/); // instances write their logs there
    expect(faults({ team: 7 }).join()).to.match(/must be a text/);
  });

  it("NAM-13: refuses two keys that differ by case alone, naming both", () => {
    expect(faults({ Owner: "a", owner: "b" })).to.deep.equal([
      "owner: reads as Owner does to whoever ignores case, IAM among them. Keep one",
    ]);
  });
});

describe("tagWarnings", () => {
  it("NAM-14: point at e-mail addresses and tokens without repeating them", () => {
    const said = tagWarnings({ team: "shop", owner: "ann@example.com", key: "AKIAIOSFODNN7EXAMPLE" });
    expect(said.map((each) => each.split(" ")[0])).to.deep.equal(["tags.owner", "tags.key"]);
    expect(said.join()).to.not.match(/ann|AKIA/);
  });
});

import { expect } from "chai";
import { ROLLING, releaseSchema } from "../../adapters/release-settings.ts";

const LAMBDA = "arn:aws:lambda:eu-west-1:123456789012:function:smoke-test";

const wrong = (release: unknown) =>
  releaseSchema
    .safeParse(release)
    .error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

describe("releaseSchema", () => {
  it("rolls without loss, and gives up on a version that does not start, unless told otherwise (rows 76, R-6)", () => {
    expect(releaseSchema.parse({})).to.deep.equal(ROLLING);
    expect(ROLLING).to.deep.equal({
      strategy: "rolling",
      minimumHealthy: 1,
      maximum: 2,
      circuitBreaker: true,
    });
  });

  it("reads times and shares with their units (rows 79, 80)", () => {
    const shifted = { hooks: [], circuitBreaker: true };
    expect(releaseSchema.parse({ strategy: "blueGreen", bake: "10 min" })).to.deep.equal({
      ...{ strategy: "blueGreen", bake: 10, portion: 1, pause: 0, ...shifted },
    });
    expect(releaseSchema.parse({ strategy: "canary", canaryPercent: "0.1 %", pause: "1 h" })).to.deep.equal({
      ...{ strategy: "canary", bake: 5, portion: 0.001, pause: 60, ...shifted },
    });
    expect(releaseSchema.parse({ strategy: "linear", stepPercent: "25 %", bake: "0 s" })).to.deep.equal({
      ...{ strategy: "linear", bake: 0, portion: 0.25, pause: 5, ...shifted },
    });
    const hooks = [{ lambda: LAMBDA, stages: ["postScaleUp", "postTestTrafficShift"] }];
    expect(releaseSchema.parse({ strategy: "blueGreen", hooks })).to.deep.include({ hooks });
  });

  it("CMP-9: refuses shares between which no deployment can move", () => {
    expect(wrong({ minimumHealthy: "100 %", maximum: "100 %" }).join()).to.match(/^maximum: .*\(CMP-9\)/);
    expect(wrong({ minimumHealthy: "99 %", maximum: "100 %" })).to.deep.equal([]);
    for (const release of [
      { minimumHealthy: "101 %" },
      { maximum: "99 %" },
      { maximum: "201 %" },
      { maximum: 2 },
      { minimumHealthy: "33.3 %" }, // an integer at AWS
    ])
      expect(wrong(release), JSON.stringify(release)).to.have.length(1);
  });

  it("refuses what AWS does not take of a strategy, and what is another's", () => {
    const refused = [
      { strategy: "recreate" },
      { strategy: "blueGreen", bake: "25 h" },
      { strategy: "blueGreen", bake: "90 s" },
      { strategy: "canary", canaryPercent: "0 %" },
      { strategy: "linear", stepPercent: "2 %" },
      { strategy: "linear", canaryPercent: "10 %" },
      { strategy: "rolling", bake: "5 min" },
      { strategy: "blueGreen", hooks: [{ lambda: "smoke-test", stages: ["postScaleUp"] }] },
      { strategy: "blueGreen", hooks: [{ lambda: LAMBDA, stages: ["afterScaleUp"] }] },
      { strategy: "blueGreen", hooks: [{ lambda: LAMBDA, stages: [] }] },
    ];
    for (const release of refused) expect(wrong(release), JSON.stringify(release)).to.have.length(1);
  });
});
